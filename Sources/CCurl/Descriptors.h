// The descriptors that the loop waits for: a set that a wait does not have to go through, where the system has such (epoll).
#ifndef ACR_DESCRIPTORS_H
#define ACR_DESCRIPTORS_H

#include <stdbool.h>

enum { ACR_READABLE = 1, ACR_WRITABLE = 2, ACR_BROKEN = 4 };

typedef struct {
  int descriptor;
  // What it is ready for: a sum of the values above.
  int what;
} acr_ready;

typedef struct acr_descriptors acr_descriptors;

// NULL without memory or descriptors.
acr_descriptors *acr_descriptors_create(void);
void acr_descriptors_free(acr_descriptors *set);
// Waits for a descriptor from now on, or for something else of it; false without memory.
bool acr_descriptors_set(acr_descriptors *set, int descriptor, int what);
// Takes a descriptor out; one that is not in the set stays out.
void acr_descriptors_remove(acr_descriptors *set, int descriptor);
// True for a descriptor that is waited for.
bool acr_descriptors_has(acr_descriptors *set, int descriptor);
// Waits until one of them is ready, at most `milliseconds` (-1 for ever). The result is how many there are at `*ready`, which
// stay until the next wait; the others come with the next one.
int acr_descriptors_wait(acr_descriptors *set, int milliseconds, const acr_ready **ready);

#endif
