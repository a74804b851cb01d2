// A network with a long way, for measuring: carries bytes between clients and servers on this machine, each half a round
// trip late. It takes little of the processor's time, so that what is measured is what uses the network.
//
//   latency_proxy RTT_MILLISECONDS PORT...
//
// For each port of a server it listens on a port of its own, and prints those in a line. A line on its standard input is
// answered with the number of requests so far, for each server; the end of its standard input ends it. A connection takes a
// round trip to open, as a real one does.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 64 << 10, MOST_HELD = 8 << 20, MOST_SERVERS = 8 };

// Bytes on their way, or the end of them (count 0), in the order of their arrival.
struct piece {
  struct piece *next;
  struct side *to;
  double due;
  size_t count, sent;
  char bytes[];
};

struct side {
  int descriptor;
  int server;
  bool is_client, is_open, has_ended, wants_room, is_reading;
  size_t held;
  struct side *peer;
  // What is due and did not fit.
  struct piece *first, *last;
};

static int queue;
static double half;
static int listeners[MOST_SERVERS], ports[MOST_SERVERS];
static long requests[MOST_SERVERS];
// One queue for all, since each piece is equally late.
static struct piece *first, *last;
static int servers;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void watch(struct side *side, int operation) {
  struct epoll_event event = {.data.ptr = side};
  if (side->is_reading) event.events |= EPOLLIN;
  if (side->wants_room) event.events |= EPOLLOUT;
  epoll_ctl(queue, operation, side->descriptor, &event);
}

static void later(struct side *to, const char *bytes, size_t count, double delay) {
  struct piece *piece = malloc(sizeof *piece + count);
  if (piece == NULL) exit(1);
  *piece = (struct piece){.to = to, .due = now() + delay, .count = count};
  memcpy(piece->bytes, bytes, count);
  if (last == NULL) first = piece; else last->next = piece;
  last = piece;
}

static void finish(struct side *side) {
  if (!side->is_open) return;
  side->is_open = false;
  close(side->descriptor);
  while (side->first != NULL) {
    struct piece *piece = side->first;
    side->first = piece->next;
    free(piece);
  }
  side->last = NULL;
  // Sides are few and small: they are not freed, since pieces on their way may still name them.
}

static void push(struct side *side) {
  while (side->first != NULL && side->is_open) {
    struct piece *piece = side->first;
    if (piece->count == 0) {
      shutdown(side->descriptor, SHUT_WR);
      side->has_ended = true;
      if (side->peer->has_ended) {
        finish(side->peer);
        finish(side);
        return;
      }
    }
    while (piece->sent < piece->count) {
      ssize_t sent = send(side->descriptor, piece->bytes + piece->sent, piece->count - piece->sent, MSG_NOSIGNAL);
      if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
        if (!side->wants_room) { side->wants_room = true; watch(side, EPOLL_CTL_MOD); }
        return;
      }
      if (sent < 0) { finish(side); finish(side->peer); return; }
      piece->sent += (size_t)sent;
    }
    struct side *from = side->peer;
    from->held -= piece->count;
    if (!from->is_reading && from->is_open && from->held < MOST_HELD / 2) { from->is_reading = true; watch(from, EPOLL_CTL_MOD); }
    side->first = piece->next;
    if (side->first == NULL) side->last = NULL;
    free(piece);
  }
  if (side->wants_room && side->is_open) { side->wants_room = false; watch(side, EPOLL_CTL_MOD); }
}

static bool is_request(const char *bytes, size_t count) {
  static const char *methods[] = {"GET ", "HEAD ", "PUT ", "POST ", "PATCH ", "DELETE "};
  for (size_t index = 0; index < sizeof methods / sizeof *methods; index++) {
    size_t length = strlen(methods[index]);
    if (count > length && memcmp(bytes, methods[index], length) == 0) return true;
  }
  return false;
}

static void receive(struct side *side) {
  static char bytes[PIECE];
  ssize_t count = recv(side->descriptor, bytes, sizeof bytes, 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count < 0) { finish(side); finish(side->peer); return; }
  if (side->is_client && is_request(bytes, (size_t)count)) requests[side->server]++;
  later(side->peer, bytes, (size_t)count, half);
  side->held += (size_t)count;
  if (count == 0 || side->held >= MOST_HELD) { side->is_reading = false; watch(side, EPOLL_CTL_MOD); }
}

static struct side *make(int descriptor, int server, bool is_client) {
  struct side *side = calloc(1, sizeof *side);
  int yes = 1;
  if (side == NULL) exit(1);
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  *side = (struct side){.descriptor = descriptor, .server = server, .is_client = is_client, .is_open = true};
  return side;
}

static void welcome(int server) {
  int near = accept4(listeners[server], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (near < 0) return;
  int far = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)ports[server])};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (far < 0 || (connect(far, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS)) {
    close(near);
    if (far >= 0) close(far);
    return;
  }
  struct side *client = make(near, server, true), *host = make(far, server, false);
  client->peer = host;
  host->peer = client;
  host->is_reading = true;
  watch(client, EPOLL_CTL_ADD);
  watch(host, EPOLL_CTL_ADD);
  // The handshake of the long way: what the client says first is looked at a round trip from now.
  later(NULL, (char *)&client, sizeof client, 2 * half);
}

// Hands on what is due. The queue is in order but for new connections, which are twice as late.
static void hand_on(void) {
  double time = now() + 0.0001;
  struct piece **place = &first, *before = NULL;
  while (*place != NULL) {
    struct piece *piece = *place;
    if (piece->due > time) {
      if (piece->to != NULL) break;
      before = piece;
      place = &piece->next;
      continue;
    }
    *place = piece->next;
    if (last == piece) last = before;
    piece->next = NULL;
    if (piece->to == NULL) {
      struct side *client;
      memcpy(&client, piece->bytes, sizeof client);
      if (client->is_open) { client->is_reading = true; watch(client, EPOLL_CTL_MOD); }
      free(piece);
      continue;
    }
    struct side *side = piece->to;
    if (!side->is_open) { free(piece); continue; }
    if (side->last == NULL) side->first = piece; else side->last->next = piece;
    side->last = piece;
    push(side);
  }
}

int main(int count, char **arguments) {
  if (count < 3 || count - 2 > MOST_SERVERS) return 2;
  half = atof(arguments[1]) / 2000;
  servers = count - 2;
  queue = epoll_create1(EPOLL_CLOEXEC);
  for (int server = 0; server < servers; server++) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ports[server] = atoi(arguments[server + 2]);
    listeners[server] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (bind(listeners[server], (struct sockaddr *)&address, length) != 0 || listen(listeners[server], 1024) != 0) return 1;
    getsockname(listeners[server], (struct sockaddr *)&address, &length);
    printf("%d%c", ntohs(address.sin_port), server + 1 < servers ? ' ' : '\n');
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &listeners[server]};
    epoll_ctl(queue, EPOLL_CTL_ADD, listeners[server], &event);
  }
  fflush(stdout);
  struct epoll_event input = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(queue, EPOLL_CTL_ADD, STDIN_FILENO, &input);
  while (true) {
    struct epoll_event events[64];
    int wait = -1;
    double soonest = 0;
    for (struct piece *piece = first; piece != NULL; piece = piece->next) {
      if (soonest == 0 || piece->due < soonest) soonest = piece->due;
      if (piece->to != NULL) break;
    }
    struct timespec limit;
    if (soonest > 0) {
      double left = soonest - now();
      if (left < 0) left = 0;
      limit.tv_sec = (time_t)left;
      limit.tv_nsec = (long)((left - (double)limit.tv_sec) * 1e9);
      wait = 0;
    }
    int ready = epoll_pwait2(queue, events, 64, wait < 0 ? NULL : &limit, NULL);
    for (int index = 0; index < ready; index++) {
      void *what = events[index].data.ptr;
      if (what == NULL) {
        char line[64];
        if (read(STDIN_FILENO, line, sizeof line) <= 0) return 0;
        for (int server = 0; server < servers; server++) {
          printf("%ld%c", requests[server], server + 1 < servers ? ' ' : '\n');
        }
        fflush(stdout);
      } else if (what >= (void *)listeners && what < (void *)(listeners + servers)) {
        welcome((int)((int *)what - listeners));
      } else {
        struct side *side = what;
        if (side->is_open && side->is_reading && events[index].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(side);
        if (side->is_open && events[index].events & EPOLLOUT) push(side);
        if (side->is_open && !side->is_reading && events[index].events & EPOLLERR) { finish(side); finish(side->peer); }
      }
    }
    hand_on();
  }
}
