#ifndef SERVICE_ADDRESS_H
#define SERVICE_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "contactwatch/err.h"

/* PORT or :PORT (loopback), ADDR:PORT, [ADDR6]:PORT. */
bool listen_address(const char *text, struct sockaddr_storage *out, socklen_t *length,
                    struct err *err);
void address_text(const struct sockaddr_storage *address, socklen_t length, char *out, size_t size);
bool address_is_loopback(const struct sockaddr_storage *address);

#endif
