/* The program that every supervisor is given. It says in a journal when it began, by its own
   clock, so that nothing has to be asked of a supervisor.

   child JOURNAL NAME idle                       waits
   child JOURNAL NAME deaf                       waits, and hears no request to end
   child JOURNAL NAME write LINES block|line     numbered lines of 100 bytes to stdout
   child JOURNAL NAME orphans COUNT single|burst leaves orphans that end one by one, or at once */

#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 100, BLOCK = 655, FUSE = 600 /* seconds, whatever happens to the benchmark */ };

static int journal;
static const char *name;

static void note(const char *what) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long ns = now.tv_sec * 1000000000LL + now.tv_nsec;
    dprintf(journal, "%s %s %d %lld\n", what, name, (int)getpid(), ns);
}

static void put(const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, size);
        if (written < 0) exit(1);
        bytes += written;
        size -= written;
    }
}

static void write_lines(long lines, int one_by_one) {
    static char block[BLOCK * LINE];
    memset(block, 'x', sizeof block);
    for (long begun = 0; begun < lines; begun += BLOCK) {
        int count = lines - begun < BLOCK ? lines - begun : BLOCK;
        for (int i = 0; i < count; i++) {
            char *line = block + i * LINE;
            long number = begun + i;
            for (int digit = 8; digit >= 0; digit--, number /= 10) line[digit] = '0' + number % 10;
            line[9] = ' ';
            line[LINE - 1] = '\n';
            if (one_by_one) put(line, LINE);
        }
        if (!one_by_one) put(block, (size_t)count * LINE);
    }
}

static void leave_orphans(long count, int at_once) {
    int gate[2];
    char never;
    if (pipe(gate)) exit(1);
    for (long i = 0; i < count; i++) {
        pid_t parent = fork();
        if (parent == 0) {
            if (fork() != 0) _exit(0);
            close(gate[1]);
            if (at_once) (void)!read(gate[0], &never, 1); /* until the last writer is gone */
            _exit(0);
        }
        waitpid(parent, NULL, 0);
    }
    close(gate[1]);
}

int main(int count, char **arguments) {
    if (count < 4) return 2;
    journal = open(arguments[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    name = arguments[2];
    const char *work = arguments[3];
    alarm(FUSE);
    if (strcmp(work, "deaf") == 0) signal(SIGTERM, SIG_IGN), signal(SIGINT, SIG_IGN); /* pm2's */
    note("begun");
    if (count == 6 && strcmp(work, "write") == 0)
        write_lines(atol(arguments[4]), strcmp(arguments[5], "line") == 0);
    if (count == 6 && strcmp(work, "orphans") == 0)
        leave_orphans(atol(arguments[4]), strcmp(arguments[5], "burst") == 0);
    if (count == 6) note("done");
    for (;;) pause();
}
