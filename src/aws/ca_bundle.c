/* libcurl knows where the distribution it was built on keeps the certificates it trusts; it may run
 * on another. */
#include <curl/curl.h>
#include <stdlib.h>
#include <unistd.h>

#include "aws/ca_bundle.h"
#include "contactwatch/mem.h"

static const char *const places[] = {
    "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Ubuntu, Arch, Gentoo */
    "/etc/pki/tls/certs/ca-bundle.crt",                  /* Amazon Linux, Fedora, Red Hat */
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* where that one is a link to */
    "/etc/ssl/ca-bundle.pem",                            /* SUSE */
    "/etc/ssl/cert.pem",                                 /* Alpine */
};

const char *ca_bundle_of_system(void)
{
    const char *said = getenv("SSL_CERT_FILE");
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    if (said && *said)
        return said;
    if (info->age >= CURLVERSION_SEVENTH && info->cainfo && access(info->cainfo, R_OK) == 0)
        return info->cainfo;
    for (size_t i = 0; i < ARRAY_SIZE(places); i++)
        if (access(places[i], R_OK) == 0)
            return places[i];
    return NULL;
}
