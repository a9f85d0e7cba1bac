/* Load for a proxy on loopback, from many connections at once.

   load PORT HOST messages CONNECTIONS SECONDS IN_FLIGHT SIZE   WebSocket messages, echoed
   load PORT HOST get      CONNECTIONS SECONDS SIZE plain|browser   GET /SIZE, one after the other
   load PORT HOST ask      CONNECTIONS SECONDS PATH FIELD       GET PATH with FIELD, of any length
   load PORT HOST post     CONNECTIONS SECONDS SIZE             the same with bodies of SIZE bytes
   load PORT HOST idle     CONNECTIONS                          WebSockets, until stdin ends

   Writes a line of JSON when all connections are open and warm, and another at the end; counts
   only what lies between. Anything that is not as it should be ends it with status 1. */

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
#include <time.h>
#include <unistd.h>

enum {
    HEAD = 2048,
    READ = 262144,
    EVENTS = 256,
    OPENING = 64,      /* handshakes at a time */
    MOST = 64,         /* in flight on one connection */
    SLOWEST = 2000000, /* µs; whatever is slower counts as this */
    FUSE = 120         /* seconds */
};

#define UPGRADE                                                                                    \
    "GET /?token=benchmark HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nConnection: Upgrade\r\n"   \
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"                                          \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

/* With Host and Connection twelve fields, as Chromium sends them for a module. */
#define BROWSER                                                                                    \
    "Connection: keep-alive\r\n"                                                                   \
    "sec-ch-ua-platform: \"Linux\"\r\n"                                                            \
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "          \
    "Chrome/140.0.0.0 Safari/537.36\r\n"                                                           \
    "sec-ch-ua: \"Chromium\";v=\"140\", \"Not=A?Brand\";v=\"24\", \"Google Chrome\";v=\"140\"\r\n" \
    "sec-ch-ua-mobile: ?0\r\n"                                                                     \
    "Accept: */*\r\n"                                                                              \
    "Sec-Fetch-Site: same-origin\r\n"                                                              \
    "Sec-Fetch-Mode: cors\r\n"                                                                     \
    "Sec-Fetch-Dest: script\r\n"                                                                   \
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"                                                 \
    "Accept-Language: en-GB,en;q=0.9\r\n"

enum state { CONNECTING, SHAKING, OPEN };

struct connection {
    enum state state;
    int fd, blocked;
    size_t have, left, written; /* bytes of a head, of a body to come, of the request sent */
    int64_t sent[MOST];         /* when, µs, of what is in flight, as a ring */
    unsigned first, last;
    char head[HEAD];
};

static int loop, websocket, opened, begun, target;
static struct connection *connections;
static struct sockaddr_in address;
static char *request, *echoes;
static size_t request_size, echo_size, answer_size;
static char handshake[HEAD], bytes[READ];
static uint32_t *slow;
static long done, received;

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static void fail(const char *why) {
    fprintf(stderr, "%s\n", why);
    exit(1);
}

static void watch(struct connection *c, uint32_t events, int operation) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    epoll_ctl(loop, operation, c->fd, &event);
}

static void dial(struct connection *c) {
    int yes = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0) fail("no socket: the limit of open files is too low");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    connect(c->fd, (void *)&address, sizeof address);
    watch(c, EPOLLOUT, EPOLL_CTL_ADD);
}

/* Send as much of the request as goes, and the rest when the other end has read. */
static void push(struct connection *c) {
    while (c->written < request_size) {
        ssize_t sent = send(c->fd, request + c->written, request_size - c->written, 0);
        if (sent < 0 && errno != EAGAIN) fail("lost while sending");
        if (sent < 0) break;
        c->written += sent;
    }
    int blocked = c->written < request_size;
    if (blocked != c->blocked) watch(c, EPOLLIN | (blocked ? EPOLLOUT : 0), EPOLL_CTL_MOD);
    c->blocked = blocked;
}

static void start(struct connection *c) {
    c->sent[c->last++ % MOST] = now();
    c->written = 0;
    push(c);
}

static void finish(struct connection *c, int64_t when) {
    int64_t took = when - c->sent[c->first++ % MOST];
    slow[took < SLOWEST ? took : SLOWEST - 1]++;
    done++;
}

/* A head in `bytes`, of which `size` were read now; the size of what follows it, or -1. */
static ssize_t take_head(struct connection *c, ssize_t size, const char *status) {
    if (c->have + size >= HEAD) size = HEAD - 1 - c->have;
    memcpy(c->head + c->have, bytes, size);
    char *end = memmem(c->head, c->have + size, "\r\n\r\n", 4);
    size_t before = c->have;
    c->have += size;
    c->head[c->have] = '\0';
    if (end == NULL) return c->have < HEAD - 1 ? -1 : (fail("a head too large"), -1);
    if (strncmp(c->head + 9, status, 3)) fail(c->head);
    c->have = 0;
    return end + 4 - c->head - before;
}

static void take_answer(struct connection *c, ssize_t size) {
    if (c->left == 0) {
        ssize_t used = take_head(c, size, "200");
        if (used < 0) return;
        char *length = strcasestr(c->head, "\r\ncontent-length:");
        if (length == NULL) fail("an answer without its length");
        c->left = strtoul(length + strlen("\r\ncontent-length:"), NULL, 10);
        if (answer_size && c->left != answer_size) fail("an answer of another length");
        size -= used;
    }
    if ((size_t)size > c->left) fail("more than was asked for");
    received += size;
    c->left -= size;
    if (c->left == 0) {
        finish(c, now());
        start(c);
    }
}

/* Each byte is compared: `echoes` is the same echo many times, `have` where in it we are. */
static void take_echoes(struct connection *c, ssize_t size) {
    static char many[MOST * 1024];
    if (memcmp(bytes, echoes + c->have, size)) fail("not what was sent");
    size_t whole = (c->have + size) / echo_size, room = 0;
    c->have = (c->have + size) % echo_size;
    int64_t when = now();
    for (size_t i = 0; i < whole; i++) {
        finish(c, when);
        c->sent[c->last++ % MOST] = when;
        memcpy(many + room, request, request_size);
        room += request_size;
    }
    if (room && send(c->fd, many, room, 0) != (ssize_t)room) fail("lost while sending");
}

static void shake_hands(struct connection *c) {
    if (c->state == CONNECTING) {
        watch(c, EPOLLIN, EPOLL_CTL_MOD);
        c->state = websocket ? SHAKING : OPEN;
        if (websocket && send(c->fd, handshake, strlen(handshake), 0) < 0) fail("no connection");
    } else {
        ssize_t size = recv(c->fd, bytes, HEAD, 0);
        if (size <= 0) fail("lost while opening");
        if (take_head(c, size, "101") >= 0) c->state = OPEN;
    }
    opened += c->state == OPEN;
    if (c->state == OPEN && begun < target) dial(&connections[begun++]);
}

static void turn(int patience) {
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(loop, events, EVENTS, patience);
    for (int i = 0; i < ready; i++) {
        struct connection *c = events[i].data.ptr;
        if (c->state != OPEN) {
            shake_hands(c);
            continue;
        }
        if (events[i].events & EPOLLOUT) push(c);
        if (!(events[i].events & ~EPOLLOUT)) continue;
        ssize_t size = recv(c->fd, bytes, websocket ? READ / 4 : READ, 0);
        if (size < 0 && errno == EAGAIN) continue;
        if (size <= 0) fail("lost");
        if (websocket) take_echoes(c, size);
        else take_answer(c, size);
    }
}

static void ask(const char *host, const char *path, const char *field) {
    request = malloc(HEAD);
    request_size = snprintf(request, HEAD, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n\r\n", path, host, field);
    if (request_size >= HEAD) fail("a request too large");
}

static void prepare(const char *what, const char *host, size_t size, const char *fields) {
    request = malloc(HEAD + size);
    if (websocket) {
        static const unsigned char mask[4] = {18, 52, 86, 120};
        size_t begins = size < 126 ? 2 : 4;
        request_size = begins + 4 + size;
        echo_size = begins + size;
        unsigned char *frame = (unsigned char *)request;
        frame[0] = 0x82;
        frame[1] = 0x80 | (size < 126 ? size : 126);
        if (begins == 4) frame[2] = size >> 8, frame[3] = size;
        memcpy(frame + begins, mask, 4);
        for (size_t i = 0; i < size; i++) frame[begins + 4 + i] = (i % 251) ^ mask[i & 3];
        echoes = malloc(READ + echo_size);
        for (size_t i = 0; i < READ + echo_size; i++) {
            size_t at = i % echo_size;
            if (at >= begins) echoes[i] = (at - begins) % 251;
            else echoes[i] = at == 1 ? frame[1] & 127 : frame[at];
        }
    } else if (strcmp(what, "get") == 0) {
        answer_size = size;
        request_size = sprintf(request, "GET /%zu HTTP/1.1\r\nHost: %s\r\n%s\r\n", size, host,
                               strcmp(fields, "browser") ? "" : BROWSER);
    } else {
        answer_size = 2;
        request_size = sprintf(request, "POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: %zu\r\n\r\n",
                               host, size);
        memset(request + request_size, 'x', size);
        request_size += size;
    }
}

static void run_until(int64_t end) {
    while (now() < end) turn(100);
}

static double percentile(double share) {
    long wanted = done * share, seen = 0;
    for (int i = 0; i < SLOWEST; i++)
        if ((seen += slow[i]) > wanted) return i;
    return 0;
}

int main(int count, char **arguments) {
    if (count < 5) return 2;
    const char *host = arguments[2], *what = arguments[3];
    int idle = strcmp(what, "idle") == 0, messages = strcmp(what, "messages") == 0;
    if (count < (idle ? 5 : strcmp(what, "post") == 0 ? 7 : 8)) return 2;
    target = atoi(arguments[4]);
    alarm(FUSE);
    signal(SIGPIPE, SIG_IGN);
    websocket = idle || messages;
    address = (struct sockaddr_in){.sin_family = AF_INET,
                                   .sin_port = htons(atoi(arguments[1])),
                                   .sin_addr = {htonl(INADDR_LOOPBACK)}};
    snprintf(handshake, sizeof handshake, UPGRADE, host, host);
    connections = calloc(target, sizeof *connections);
    slow = calloc(SLOWEST, sizeof *slow);
    loop = epoll_create1(0);
    int in_flight = messages ? atoi(arguments[6]) : 1;
    if (strcmp(what, "ask") == 0) ask(host, arguments[6], arguments[7]);
    else if (!idle) prepare(what, host, atol(arguments[messages ? 7 : 6]), count > 7 ? arguments[7] : "");
    if (in_flight > MOST || (websocket && request_size > 1024)) return 2;

    int64_t began = now();
    while (begun < target && begun < OPENING) dial(&connections[begun++]);
    while (opened < target) turn(-1);
    int64_t opening = now() - began;
    if (!idle) {
        for (int i = 0; i < target; i++)
            for (int j = 0; j < in_flight; j++) start(&connections[i]);
        run_until(now() + (int64_t)(atof(arguments[5]) * 1e5)); /* a tenth, to warm up */
    }
    printf("{\"opened\": %d, \"opening_ms\": %.2f}\n", opened, opening / 1e3);
    fflush(stdout);
    if (idle) return read(STDIN_FILENO, bytes, 1) < 0;

    done = received = 0;
    memset(slow, 0, SLOWEST * sizeof *slow);
    began = now();
    run_until(began + (int64_t)(atof(arguments[5]) * 1e6));
    while (done == 0) turn(100); /* on a busy machine a short run may be over before anything is */
    double seconds = (now() - began) / 1e6;
    printf("{\"done\": %ld, \"seconds\": %.6f, \"p50_us\": %.0f, \"p99_us\": %.0f}\n", done, seconds,
           percentile(0.5), percentile(0.99));
    return 0;
}
