#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "aws/client_internal.h"

/* Host as curl sends it (a scheme's own port left out), and the path requests are put behind. */
static void split_endpoint(struct aws_client *client)
{
    char *url = client->endpoint;
    size_t length = strlen(url);
    while (length && url[length - 1] == '/')
        url[--length] = '\0';
    bool plain = strncasecmp(url, "http://", 7) == 0;
    const char *host = url + (plain ? 7 : 8);
    size_t host_length = strcspn(host, "/");
    client->base_path = mem_strdup(host + host_length);
    const char *port = plain ? ":80" : ":443";
    size_t port_length = strlen(port);
    if (host_length > port_length &&
        memcmp(host + host_length - port_length, port, port_length) == 0)
        host_length -= port_length;
    client->host = mem_strndup(host, host_length);
}

/* The same course for the same seed, another for each client of a session. */
static void seed_chance(struct aws_client *client)
{
    uint64_t seed = client->session->seed;
    if (seed)
        seed += atomic_fetch_add(&client->session->clients, 1);
    else if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
        seed = (uint64_t)monotonic_ns() ^ (uintptr_t)client;
    rng_seed(&client->rng, seed);
}

struct aws_client *aws_client_open(struct aws_session *session, enum aws_service service,
                                   struct err *err)
{
    char endpoint[ENDPOINT_MAX];
    if (!aws_session_endpoint(session, service, endpoint, sizeof(endpoint), err))
        return NULL;
    return aws_client_open_at(session, service, endpoint, err);
}

struct aws_client *aws_client_open_at(struct aws_session *session, enum aws_service service,
                                      const char *endpoint, struct err *err)
{
    if (!http_url_allowed(endpoint, err))
        return NULL;
    if (strpbrk(endpoint, "?#")) {
        err_set(err, "%.200s: an endpoint ends with its host, port or path", endpoint);
        return NULL;
    }
    const struct aws_environment *environment = &session->environment;
    struct transport *transport = environment->transport(environment->context);
    if (!transport) {
        err_set(err, "the network library does not start");
        return NULL;
    }
    struct aws_client *client = mem_zero(sizeof(*client));
    client->session = session;
    client->spec = &aws_service_specs[service];
    client->transport = transport;
    client->endpoint = mem_strdup(endpoint);
    split_endpoint(client);
    client->quota.left = RETRY_QUOTA;
    rate_begin(&client->rate, client_now(client));
    seed_chance(client);
    return client;
}

void aws_client_close(struct aws_client *client)
{
    if (!client)
        return;
    while (client->under_way)
        aws_cancel(client, client->under_way->call);
    client->transport->ops->close(client->transport);
    sigv4_wipe(&client->key);
    free(client->endpoint);
    free(client->host);
    free(client->base_path);
    free(client);
}
