/* What the transport trusts: a server of the test's own with a certificate made on the spot. */
#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "contactwatch/http.h"

static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

struct tls_server {
    SSL_CTX *context;
    int listener;
    pthread_t thread;
    char url[64];
};

static EVP_PKEY *key;
static X509 *certificate; /* of "localhost", signed by itself */
static char bundle[] = "/tmp/contactwatch-tls-XXXXXX";

static void *serve(void *argument)
{
    struct tls_server *server = argument;
    for (int fd; (fd = accept(server->listener, NULL, NULL)) >= 0; close(fd)) {
        SSL *ssl = SSL_new(server->context);
        char request[4096];
        SSL_set_fd(ssl, fd);
        if (SSL_accept(ssl) == 1 && SSL_read(ssl, request, sizeof(request)) > 0) {
            SSL_write(ssl, reply, sizeof(reply) - 1);
            SSL_shutdown(ssl);
        }
        SSL_free(ssl);
    }
    return NULL;
}

static void open_server(struct tls_server *server, int newest, const char *host)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    server->context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(server->context, 0);
    SSL_CTX_set_min_proto_version(server->context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(server->context, newest);
    SSL_CTX_set_cipher_list(server->context, "ALL:@SECLEVEL=0");
    SSL_CTX_use_certificate(server->context, certificate);
    SSL_CTX_use_PrivateKey(server->context, key);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(server->listener, 8), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
    snprintf(server->url, sizeof(server->url), "https://%s:%u/", host, ntohs(address.sin_port));
    pthread_create(&server->thread, NULL, serve, server);
}

static void close_server(struct tls_server *server)
{
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    SSL_CTX_free(server->context);
}

/* Status of a request to such a server, 0 = no answer; error may be NULL. */
static int ask(int newest, const char *host, const char *ca_bundle, char *error, size_t size)
{
    struct tls_server server;
    struct http_response response = {0};
    struct err err = {0};
    open_server(&server, newest, host);
    struct transport *transport =
        transport_curl_open(&(struct transport_options){.ca_bundle = ca_bundle});
    const struct http_request request = {.method = "GET", .url = server.url, .no_proxy = true};
    http_fetch(transport, &request, &response, &err);
    if (error)
        snprintf(error, size, "%.199s", err.text);
    int status = response.status;
    transport->ops->close(transport);
    http_response_free(&response);
    close_server(&server);
    return status;
}

static void a_bundle_makes_a_server_trusted(void **state)
{
    (void)state;
    assert_int_equal(ask(TLS1_3_VERSION, "localhost", bundle, NULL, 0), 200);
    assert_int_equal(ask(TLS1_2_VERSION, "localhost", bundle, NULL, 0), 200);
}

static void a_server_nobody_vouches_for_is_refused(void **state)
{
    (void)state;
    char error[200];
    assert_int_equal(ask(TLS1_3_VERSION, "localhost", NULL, error, sizeof(error)), 0);
    assert_non_null(strstr(error, "certificate"));
}

static void a_certificate_of_another_host_is_refused(void **state)
{
    (void)state;
    char error[200];
    assert_int_equal(ask(TLS1_3_VERSION, "127.0.0.1", bundle, error, sizeof(error)), 0);
    assert_non_null(strstr(error, "127.0.0.1"));
}

static void old_protocols_are_refused(void **state)
{
    (void)state;
    assert_int_equal(ask(TLS1_1_VERSION, "localhost", bundle, NULL, 0), 0);
    assert_int_equal(ask(TLS1_VERSION, "localhost", bundle, NULL, 0), 0);
}

static void a_bundle_that_is_missing_is_not_ignored(void **state)
{
    (void)state;
    assert_int_equal(ask(TLS1_3_VERSION, "localhost", "/nonexistent/bundle.pem", NULL, 0), 0);
}

static void the_environment_names_a_bundle(void **state)
{
    (void)state;
    setenv("SSL_CERT_FILE", bundle, 1);
    assert_int_equal(ask(TLS1_3_VERSION, "localhost", NULL, NULL, 0), 200);
    assert_int_equal(ask(TLS1_3_VERSION, "localhost", "/nonexistent/bundle.pem", NULL, 0), 0);
    setenv("SSL_CERT_FILE", "/nonexistent/bundle.pem", 1);
    assert_int_equal(ask(TLS1_3_VERSION, "localhost", NULL, NULL, 0), 0);
    assert_int_equal(ask(TLS1_3_VERSION, "localhost", bundle, NULL, 0), 200);
    unsetenv("SSL_CERT_FILE");
}

static int make_certificate(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    key = EVP_EC_gen("P-256");
    certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1,
                               0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:localhost");
    X509_add_ext(certificate, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(certificate, key, EVP_sha256());
    int fd = mkstemp(bundle);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file)
        return -1;
    PEM_write_X509(file, certificate);
    return fclose(file);
}

static int drop_certificate(void **state)
{
    (void)state;
    unlink(bundle);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bundle_makes_a_server_trusted),
        cmocka_unit_test(a_server_nobody_vouches_for_is_refused),
        cmocka_unit_test(a_certificate_of_another_host_is_refused),
        cmocka_unit_test(old_protocols_are_refused),
        cmocka_unit_test(a_bundle_that_is_missing_is_not_ignored),
        cmocka_unit_test(the_environment_names_a_bundle),
    };
    return cmocka_run_group_tests(tests, make_certificate, drop_certificate);
}
