// What the kernel alone costs: one thread that receives, finds the file by its path and sends head and body, as cheaply as Linux offers it, and knows nothing of HTTP
// beyond that. Usage: floor PORT ROOT
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FILES = 512, CONNECTIONS = 4096, SMALL = 8192 };

struct file { char path[64]; int fd; long length; char small[SMALL]; };
struct connection { struct file *file; long at, end; int head, sent; char text[512]; };

static struct file files[FILES];
static struct connection connections[CONNECTIONS];
static const char *root;

static struct file *find(const char *path, size_t length) {
    for (int i = 0; i < FILES; i++) {
        struct file *file = &files[i];
        if (file->path[0] && (strncmp(file->path, path, length) || file->path[length])) continue;
        if (file->path[0]) return file;
        char full[4096];
        struct stat about;
        snprintf(full, sizeof full, "%s%.*s", root, (int)length, path);
        if (length >= sizeof file->path || (file->fd = open(full, O_RDONLY)) < 0 || fstat(file->fd, &about)) return NULL;
        memcpy(file->path, path, length);
        file->length = about.st_size;
        if (file->length <= SMALL && read(file->fd, file->small, SMALL) != file->length) return NULL;
        return file;
    }
    return NULL;
}

// 1 when all is sent, 0 to wait for room, -1 when the client is gone.
static int push(int socket, struct connection *c) {
    while (c->sent < c->head || c->at < c->end) {
        ssize_t count;
        if (c->sent < c->head && c->file->length <= SMALL) {
            struct iovec parts[2] = {{c->text + c->sent, c->head - c->sent}, {c->file->small + c->at, c->end - c->at}};
            struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
            count = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        } else if (c->sent < c->head) count = send(socket, c->text + c->sent, c->head - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL | (c->at < c->end ? MSG_MORE : 0));
        else {
            off_t at = c->at;
            count = sendfile(socket, c->file->fd, &at, c->end - c->at);
        }
        if (count <= 0) return count < 0 && errno == EAGAIN ? 0 : -1;
        long head = count < c->head - c->sent ? count : c->head - c->sent;
        c->sent += head;
        c->at += count - head;
    }
    return 1;
}

static int take(int socket, struct connection *c) {
    char request[4096];
    ssize_t count = recv(socket, request, sizeof request - 1, MSG_DONTWAIT);
    if (count <= 0) return count < 0 && errno == EAGAIN ? 0 : -1;
    request[count] = 0;
    char *path = request + 4, *end = strchr(path, ' '), *range = strstr(request, "Range: bytes=");
    if (strncmp(request, "GET ", 4) || !end || !(c->file = find(path, end - path))) return -1;
    c->at = 0;
    c->end = c->file->length;
    const char *status = "200 OK";
    if (range && sscanf(range + 13, "%ld-%ld", &c->at, &c->end) == 2) c->end++, status = "206 Partial Content";
    char length[64];
    snprintf(length, sizeof length, "Content-Length: %ld\r\n", c->end - c->at);
    if (strstr(request, "If-None-Match:")) c->end = c->at, length[0] = 0, status = "304 Not Modified";
    c->sent = 0;
    c->head = snprintf(c->text, sizeof c->text,
        "HTTP/1.1 %s\r\n%sContent-Type: application/octet-stream\r\nDate: Sat, 21 Nov 2026 14:00:00 GMT\r\nAccept-Ranges: bytes\r\n"
        "ETag: \"65b0a0-2000\"\r\nLast-Modified: Sat, 21 Nov 2026 14:00:00 GMT\r\nCache-Control: public, max-age=86400\r\nAge: 12\r\nX-Cache-Status: HIT\r\n\r\n", status, length);
    return 1;
}

int main(int count, char **arguments) {
    if (count != 3) return fprintf(stderr, "usage: floor PORT ROOT\n"), 2;
    signal(SIGPIPE, SIG_IGN);
    root = arguments[2];
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 511)) return perror("floor"), 1;
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = listener}, events[256];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &wanted);
    for (;;) {
        int ready = epoll_wait(poll, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            int socket = events[i].data.fd;
            if (socket == listener) {
                int accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
                if (accepted >= CONNECTIONS) close(accepted);
                if (accepted < 0 || accepted >= CONNECTIONS) continue;
                setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                connections[accepted].file = NULL;
                wanted = (struct epoll_event){.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.fd = accepted};
                epoll_ctl(poll, EPOLL_CTL_ADD, accepted, &wanted);
                continue;
            }
            struct connection *c = &connections[socket];
            int done = c->file ? 1 : take(socket, c);
            if (done == 1 && c->file) done = push(socket, c);
            if (done == 1) c->file = NULL;
            if (done < 0) close(socket);
        }
    }
}
