/* Streams on Philox4x64-10. The key holds seed, trial and replicate; the counter holds
 * patient, occasion with purpose, and the number of the block of four draws. */
#include "lull/num/random.h"

#include <Random123/philox.h>

#include "lull/num/dist.h"

static philox4x64_ctr_t block_of(const struct lull_stream *stream, uint64_t i_block)
{
	const philox4x64_key_t key = { { stream->seed, (uint64_t)stream->trial << 32 | stream->replicate } };
	const philox4x64_ctr_t ctr = { { stream->patient,
					 (uint64_t)stream->occasion << 32 | (uint32_t)stream->purpose, i_block,
					 0 } };
	return philox4x64(ctr, key);
}

/* The middle of one of 2^52 equal cells: never 0, never 1, and exact in a double. */
static double uniform_of(uint64_t bits)
{
	return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}

uint64_t lull_random_bits(const struct lull_stream *stream, uint64_t draw)
{
	return block_of(stream, draw / 4).v[draw % 4];
}

double lull_random_uniform(const struct lull_stream *stream, uint64_t draw)
{
	return uniform_of(lull_random_bits(stream, draw));
}

double lull_random_normal(const struct lull_stream *stream, uint64_t draw)
{
	return lull_normal_quantile(lull_random_uniform(stream, draw));
}

void lull_random_uniforms(const struct lull_stream *stream, uint64_t first, size_t n, double *out)
{
	philox4x64_ctr_t block = { { 0 } };

	for (size_t i = 0; i < n; i++) {
		const uint64_t draw = first + i;
		if (i == 0 || draw % 4 == 0)
			block = block_of(stream, draw / 4);
		out[i] = uniform_of(block.v[draw % 4]);
	}
}

void lull_random_normals(const struct lull_stream *stream, uint64_t first, size_t n, double *out)
{
	lull_random_uniforms(stream, first, n, out);
	for (size_t i = 0; i < n; i++)
		out[i] = lull_normal_quantile(out[i]);
}
