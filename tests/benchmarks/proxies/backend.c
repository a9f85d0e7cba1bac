/* What the proxies stand before: it echoes WebSocket messages, sends bodies and takes them.

   backend PORT

   GET /N is answered with N bytes, POST with "ok" once its Content-Length has arrived. An upgrade
   is taken with the one key that load.c uses, whose answer RFC 6455 1.3 gives. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { IN = 16384, OUT = 32768, BLOCK = 262144, EVENTS = 256, FUSE = 3600 /* seconds */ };

#define SWITCHED                                                                                   \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"            \
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

struct connection {
    int fd, switched, blocked;
    size_t have, said, written; /* bytes in `in`, in `out`, and of `out` sent already */
    size_t taking, giving;      /* bytes of a body still to arrive, still to send */
    char *in, *out;             /* while something is in them */
};

static int loop;
static char block[BLOCK];

static void say(struct connection *c, const void *bytes, size_t size) {
    if (c->out == NULL) c->out = malloc(OUT);
    memcpy(c->out + c->said, bytes, size);
    c->said += size;
}

static void watch(struct connection *c, int blocked) {
    if (blocked == c->blocked) return;
    struct epoll_event event = {.events = blocked ? EPOLLOUT : EPOLLIN, .data.ptr = c};
    epoll_ctl(loop, EPOLL_CTL_MOD, c->fd, &event);
    c->blocked = blocked;
}

/* Send what there is: 1 when that is all, 0 when the other end must read first, -1 when lost. */
static int flush(struct connection *c) {
    while (c->written < c->said || c->giving > 0) {
        int head = c->written < c->said;
        const char *from = head ? c->out + c->written : block;
        size_t size = head ? c->said - c->written : c->giving < BLOCK ? c->giving : BLOCK;
        ssize_t sent = send(c->fd, from, size, head && c->giving > 0 ? MSG_MORE : 0);
        if (sent < 0 && errno == EAGAIN) return watch(c, 1), 0;
        if (sent < 0) return -1;
        if (head) c->written += sent;
        else c->giving -= sent;
    }
    free(c->out);
    c->out = NULL;
    c->said = c->written = 0;
    watch(c, 0);
    return 1;
}

static size_t head(struct connection *c, char *from, size_t have) {
    char *end = memmem(from, have, "\r\n\r\n", 4);
    if (end == NULL) return 0;
    *end = '\0';
    char *length = strcasestr(from, "\r\ncontent-length:");
    if (strcasestr(from, "\r\nsec-websocket-key:")) {
        c->switched = 1;
        say(c, SWITCHED, strlen(SWITCHED));
    } else if (memcmp(from, "GET /", 5) == 0) {
        char answer[128];
        c->giving = strtoul(from + 5, NULL, 10);
        int size = sprintf(answer, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                                   "Content-Length: %zu\r\n\r\n", c->giving);
        say(c, answer, size);
    } else if (length != NULL) {
        c->taking = strtoul(length + strlen("\r\ncontent-length:"), NULL, 10);
    }
    return end + 4 - from;
}

/* The size of one whole masked message, which is echoed; 0 when there is none yet. */
static size_t message(struct connection *c, const unsigned char *from, size_t have) {
    if (have < 2) return 0;
    size_t size = from[1] & 127, begins = 2;
    if (size == 126) {
        if (have < 4) return 0;
        size = from[2] << 8 | from[3];
        begins = 4;
    }
    if (have < begins + 4 + size) return 0;
    unsigned char echo[IN];
    echo[0] = from[0];
    echo[1] = from[1] & 127;
    if (begins == 4) memcpy(echo + 2, from + 2, 2);
    for (size_t i = 0; i < size; i++)
        echo[begins + i] = from[begins + 4 + i] ^ from[begins + (i & 3)];
    say(c, echo, begins + size);
    return begins + 4 + size;
}

static void understand(struct connection *c) {
    size_t done = 0, used;
    while (done < c->have && c->giving == 0 && c->said < OUT - IN) {
        if (c->taking > 0) {
            used = c->have - done < c->taking ? c->have - done : c->taking;
            c->taking -= used;
            if (c->taking == 0) say(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 40);
        } else if (c->switched) {
            used = message(c, (unsigned char *)c->in + done, c->have - done);
        } else {
            used = head(c, c->in + done, c->have - done);
        }
        if (used == 0) break;
        done += used;
    }
    memmove(c->in, c->in + done, c->have - done);
    c->have -= done;
}

/* -1 when the connection is lost, or asks for what we do not understand. */
static int serve(struct connection *c) {
    int sent = flush(c);
    if (sent <= 0) return sent;
    if (c->in == NULL) c->in = malloc(IN);
    if (c->taking > 0 && c->have == 0) { /* a large body is taken in large pieces */
        ssize_t taken = recv(c->fd, block, c->taking - 1 < BLOCK ? c->taking - 1 : BLOCK, MSG_TRUNC);
        if (taken > 0) c->taking -= taken;
        if (taken > 0 || (taken < 0 && errno == EAGAIN)) return 0;
        if (c->taking > 1) return -1;
    }
    ssize_t read = recv(c->fd, c->in + c->have, IN - c->have, 0);
    if (read <= 0) return read < 0 && errno == EAGAIN ? 0 : -1;
    c->have += read;
    do {
        understand(c);
        sent = flush(c);
    } while (sent == 1 && c->have == IN);
    if (c->have == 0) {
        free(c->in);
        c->in = NULL;
    }
    return sent;
}

static void end(struct connection *c) {
    close(c->fd);
    free(c->in);
    free(c->out);
    free(c);
}

static void welcome(int listener) {
    int fd, yes = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct connection *c = calloc(1, sizeof *c);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        c->fd = fd;
        epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
    }
}

int main(int count, char **arguments) {
    if (count != 2) return 2;
    alarm(FUSE);
    signal(SIGPIPE, SIG_IGN);
    memset(block, 'x', sizeof block);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(atoi(arguments[1])),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (void *)&address, sizeof address) || listen(listener, 4096)) return 1;
    loop = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN}, events[EVENTS];
    epoll_ctl(loop, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int ready = epoll_wait(loop, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            if (c == NULL) welcome(listener);
            else if (serve(c) < 0) end(c);
        }
    }
}
