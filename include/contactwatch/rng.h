/* Seeded pseudo-random numbers (xoshiro256**): the same seed gives the same sequence everywhere. */
#ifndef CONTACTWATCH_RNG_H
#define CONTACTWATCH_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t state[4];
};

void rng_seed(struct rng *rng, uint64_t seed);
uint64_t rng_next(struct rng *rng);
uint32_t rng_below(struct rng *rng, uint32_t bound); /* 0 … bound-1, unbiased; bound > 0 */
double rng_unit(struct rng *rng);                    /* [0, 1) */
bool rng_chance(struct rng *rng, double probability);
double rng_exponential(struct rng *rng, double mean);
double rng_lognormal(struct rng *rng, double median, double sigma);
void rng_uuid(struct rng *rng, char out[37]); /* a version 4 UUID */

#endif
