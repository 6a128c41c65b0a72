/* import_names.c - texts numbered in order of first appearance (patients, words, drugs). */
#include <string.h>

#include "import_private.h"

/* FNV-1a, 64 bits: Fowler, Noll, Vo; the constants are its published ones. */
static uint64_t hash_of(const char *text, size_t n)
{
	uint64_t h = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
	return h;
}

/* The slot of the text: its own, or the empty one where it would go. */
static size_t slot_of(const struct lull_import__names *names, const char *text, size_t n)
{
	size_t at = (size_t)hash_of(text, n) & (names->n_slots - 1);
	for (; names->slots[at]; at = (at + 1) & (names->n_slots - 1)) {
		const char *item = names->items[names->slots[at] - 1];
		if (!strncmp(item, text, n) && item[n] == '\0')
			return at;
	}
	return at;
}

/* Twice the slots, all entered anew. */
static bool widen(struct lull_import__names *names, struct lull_arena *arena)
{
	struct lull_import__names wider = *names;
	wider.n_slots = names->n_slots ? 2 * names->n_slots : 64;
	wider.slots = LULL_ARENA_NEW(arena, uint32_t, wider.n_slots);
	if (!wider.slots)
		return false;
	for (size_t i = 0; i < names->n; i++)
		wider.slots[slot_of(&wider, names->items[i], strlen(names->items[i]))] = (uint32_t)i + 1;
	*names = wider;
	return true;
}

int64_t lull_import__name(struct lull_import__names *names, const char *text, size_t n, size_t max,
			  struct lull_arena *arena)
{
	if (2 * names->n >= names->n_slots && !widen(names, arena))
		return -1;
	const size_t slot = slot_of(names, text, n);
	if (names->slots[slot])
		return (int64_t)names->slots[slot] - 1;
	if (names->n == max)
		return -2;
	const char **items = lull_arena_grow(arena, names->items, names->n, &names->cap, names->n + 1, sizeof(*items));
	if (!items)
		return -1;
	names->items = items;
	items[names->n] = lull_arena_strndup(arena, text, n);
	if (!items[names->n])
		return -1;
	names->slots[slot] = (uint32_t)++names->n;
	return (int64_t)names->n - 1;
}
