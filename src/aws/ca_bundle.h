/* The certificates that the machine trusts. */
#ifndef AWS_CA_BUNDLE_H
#define AWS_CA_BUNDLE_H

/* SSL_CERT_FILE as with OpenSSL, else libcurl's own place if it is there, else where distributions
 * have it. NULL = none is found: libcurl's words say so when a server is met. */
const char *ca_bundle_of_system(void);

#endif
