/* Moves the calendar clock of a process by MAHJAR_CLOCK_OFFSET seconds; clocks that only count on stay as they are.
   Loaded before the C library, it answers for it. A wait until a moment of the calendar clock is moved back. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#define REAL(name) (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define IS_CALENDAR(clock) ((clock) == CLOCK_REALTIME || (clock) == CLOCK_REALTIME_COARSE)

static long offset;

__attribute__((constructor)) static void read_offset(void) {
    const char *seconds = getenv("MAHJAR_CLOCK_OFFSET");
    offset = seconds ? atol(seconds) : 0;
}

static struct timespec unmoved(const struct timespec *at) {
    return (struct timespec){at->tv_sec - offset, at->tv_nsec};
}

int clock_gettime(clockid_t clock, struct timespec *at) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = REAL(clock_gettime);
    int result = real(clock, at);
    if (result == 0 && IS_CALENDAR(clock)) at->tv_sec += offset;
    return result;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    *at = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}

int timespec_get(struct timespec *at, int base) {
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, at) == 0 ? base : 0;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *at, struct timespec *left) {
    static int (*real)(clockid_t, int, const struct timespec *, struct timespec *);
    if (!real) real = REAL(clock_nanosleep);
    struct timespec until = unmoved(at);
    return real(clock, flags, IS_CALENDAR(clock) && (flags & TIMER_ABSTIME) ? &until : at, left);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict at) {
    static int (*real)(sem_t *, const struct timespec *);
    if (!real) real = REAL(sem_timedwait);
    struct timespec until = unmoved(at);
    return real(semaphore, &until);
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict at) {
    static int (*real)(pthread_mutex_t *, const struct timespec *);
    if (!real) real = REAL(pthread_mutex_timedlock);
    struct timespec until = unmoved(at);
    return real(mutex, &until);
}
