/** @file lull/lull.h
 * Lull as a library: the stable interface.
 *
 * This header keeps its promises from release to release; everything else below include/lull/ is for programs that
 * link the static library of the same version, and may change until 1.0. docs/api.md is the guide, examples/ has
 * whole programs.
 *
 * - A function that can fail returns LULL_OK (0) or a negative enum lull_code and fills the caller's struct
 *   lull_error, which may be NULL. Nothing is printed, nothing aborts on input, there is no global state.
 * - A handle that comes back through an out-parameter is the caller's, to be freed with the function of its name;
 *   those accept NULL. A text or array that is returned is borrowed from the handle it was asked of.
 * - A struct of options starts with its size, which its initialiser macro sets. Members are only ever added at the
 *   end, and zero always means what it meant before, so that programs built today run with tomorrow's library.
 * - Names are UTF-8, numbers are IEEE doubles, NaN stands for "not given".
 */
#ifndef LULL_LULL_H
#define LULL_LULL_H

#include <stddef.h>
#include <stdint.h>
#include "lull/base/code.h"

/** Marks what the shared library exports. */
#if defined(__GNUC__)
#define LULL_API __attribute__((visibility("default")))
#else
#define LULL_API
#endif

LULL_BEGIN_C

/** @name The library itself
 * @{ */

/** Number of the binary interface this header describes; the soname of the shared library carries it. It rises when
 * a program must be compiled anew, and stays 0 until 1.0. */
#define LULL_ABI_VERSION 0

/** The library's version.
 * @returns "0.1.0"; static */
LULL_API const char *lull_version(void);

/** The library's #LULL_ABI_VERSION, to compare with the header's.
 * @returns the number */
LULL_API int lull_abi_version(void);

/** Bytes of a hash as text: 64 hexadecimal digits and a NUL. */
#define LULL_HASH_BYTES 65

/** SHA-256 over the names and bytes of the knowledge files in this library: with the version it says which figures an
 * answer rests on.
 * @param text receives the digits */
LULL_API void lull_knowledge_hash(char text[LULL_HASH_BYTES]);

/** @} */

/** @name Errors
 * @{ */

/** What went wrong, for people. `= { 0 }` is the empty value; texts are cut, never overrun. The layout is fixed. */
struct lull_error {
	int32_t code;     /**< LULL_OK or what the function returned           */
	int32_t reserved; /**< 0                                                */
	char what[512];   /**< the sentence                                     */
	char where[256];  /**< the argument, or the place in a file: "my.yaml:12:7" */
	char mend[256];   /**< what can be done about it; may be empty          */
};

/** The general text of a code, never NULL.
 * @param code an enum lull_code
 * @returns "out of memory" and the like; static */
LULL_API const char *lull_error_text(int code);

/** One line for people: "where: what; mend".
 * @param error what a function filled
 * @param text receives the line, ended by a NUL, cut where it does not fit; may be NULL when n_bytes is 0
 * @param n_bytes bytes at text
 * @returns bytes the whole line needs, without the NUL */
LULL_API size_t lull_error_line(const struct lull_error *error, char *text, size_t n_bytes);

/** @} */

/** @name One call
 * @{ */

/** Simulates the typical person of a model: no variability, covariates at the model's defaults.
 *
 * Reads the model anew each time (about a millisecond); for many calls make a lull_popmodel and a lull_workspace.
 * @param model the id of a model in the library ("kamp2020_otto2021"), or a file: what holds a '/' or ends in ".yaml"
 * @param events what is given: "amt=35 dur=40min ii=48h addl=2; amt=10 time=3h cmt=nasal weight=80" (docs/events.md)
 * @param times when to look, not falling, in the model's time unit
 * @param n_times how many
 * @param output which output, by name; NULL: the model's first
 * @param values receives n_times values, in that output's unit
 * @param error receives what went wrong; may be NULL
 * @returns LULL_OK, or a negative code, and then every value is NaN */
LULL_API LULL_NODISCARD int lull_simulate(const char *model, const char *events, const double *times, size_t n_times,
					  const char *output, double *values, struct lull_error *error);

/** @} */

/** @name Models
 * A lull_popmodel never changes once it is open: any number of threads may use it. Tables, workspaces and simulations
 * keep what they need of it, so handles may be freed in any order.
 * @{ */

/** A population model: structure, parameters, covariates, variability. */
struct lull_popmodel;

/** How to open a model; start from #LULL_POPMODEL_OPTIONS. */
struct lull_popmodel_options {
	size_t size;                                   /**< sizeof this struct                          */
	const char *knowledge;                         /**< a folder in place of the embedded knowledge; NULL */
	void (*remark)(void *user, const char *text);  /**< told each remark about the file, with its place; NULL */
	void *user;                                    /**< handed to remark                            */
};
/** The empty options. */
#define LULL_POPMODEL_OPTIONS { sizeof(struct lull_popmodel_options), NULL, NULL, NULL }

/** Opens a model.
 * @param model an id, or a file, as in lull_simulate()
 * @param options may be NULL
 * @param out receives the handle, NULL on failure; free with lull_popmodel_free()
 * @param error may be NULL
 * @returns LULL_OK, LULL_ENOTFOUND (error lists the models there are), LULL_EPARSE, LULL_EIO ... */
LULL_API LULL_NODISCARD int lull_popmodel_open(const char *model, const struct lull_popmodel_options *options,
					       struct lull_popmodel **out, struct lull_error *error);

/** Opens a model from the bytes of its file (docs/model-format.md).
 * @param yaml the text
 * @param n_bytes its length
 * @param name for messages, in place of a file's name
 * @param options may be NULL; knowledge is not used
 * @param out receives the handle, NULL on failure; free with lull_popmodel_free()
 * @param error may be NULL
 * @returns LULL_OK, LULL_EPARSE ... */
LULL_API LULL_NODISCARD int lull_popmodel_parse(const char *yaml, size_t n_bytes, const char *name,
						const struct lull_popmodel_options *options,
						struct lull_popmodel **out, struct lull_error *error);

/** Frees a model.
 * @param model may be NULL */
LULL_API void lull_popmodel_free(struct lull_popmodel *model);

/** Names every model there is.
 * @param options whose knowledge; may be NULL: the embedded
 * @param each called with the id of each, in order; other than 0 ends the list
 * @param user handed to each
 * @param error may be NULL
 * @returns LULL_OK, or LULL_ESTOPPED when each ended it */
LULL_API LULL_NODISCARD int lull_popmodel_list(const struct lull_popmodel_options *options,
					       int (*each)(void *user, const char *id), void *user,
					       struct lull_error *error);

/** Texts of a model. */
enum lull_popmodel_text {
	LULL_TEXT_ID,          /**< "kamp2020_otto2021"                     */
	LULL_TEXT_NAME,        /**< a line for people                       */
	LULL_TEXT_ABOUT,       /**< a paragraph, with its limits            */
	LULL_TEXT_HASH,        /**< SHA-256 of the file, in hexadecimal     */
	LULL_TEXT_TIME_UNIT,   /**< "h": of times, durations and intervals  */
	LULL_TEXT_AMOUNT_UNIT, /**< "mg": of doses                          */
	LULL_TEXT_CONC_UNIT    /**< "ng/mL": of concentrations              */
};

/** A text of the model.
 * @param model the model
 * @param which an enum lull_popmodel_text
 * @returns never NULL; "" where the file says nothing; borrowed */
LULL_API const char *lull_popmodel_text(const struct lull_popmodel *model, int which);

/** Things that a model has by number and name. */
enum lull_list {
	LULL_PARAMETERS,    /**< clearances, volumes ...                         */
	LULL_COVARIATES,    /**< weight ...                                      */
	LULL_ETAS,          /**< deviations between people, by the parameter moved */
	LULL_OCCASION_ETAS, /**< deviations between occasions, likewise          */
	LULL_INPUTS,        /**< where doses go: number i is CMT i + 1           */
	LULL_OUTPUTS        /**< what is seen: concentrations, effects           */
};

/** How many there are.
 * @param model the model
 * @param list an enum lull_list
 * @returns a count; 0 for an unknown list */
LULL_API size_t lull_popmodel_count(const struct lull_popmodel *model, int list);

/** The name of one.
 * @param model the model
 * @param list an enum lull_list
 * @param i below lull_popmodel_count()
 * @returns borrowed; "" outside */
LULL_API const char *lull_popmodel_name(const struct lull_popmodel *model, int list, size_t i);

/** The unit of one.
 * @param model the model
 * @param list an enum lull_list
 * @param i below lull_popmodel_count()
 * @returns borrowed; "" where it has none */
LULL_API const char *lull_popmodel_unit(const struct lull_popmodel *model, int list, size_t i);

/** Which one has this name; case does not matter.
 * @param model the model
 * @param list an enum lull_list
 * @param name the name
 * @returns its number, or -1 */
LULL_API int64_t lull_popmodel_find(const struct lull_popmodel *model, int list, const char *name);

/** What holds where nothing is given: a parameter's typical value, a covariate's default; 0 for a deviation.
 * @param model the model
 * @param list an enum lull_list
 * @param i below lull_popmodel_count()
 * @returns the value; NaN where one must be given, and for inputs and outputs */
LULL_API double lull_popmodel_default(const struct lull_popmodel *model, int list, size_t i);

/** @} */

/** @name Regimens: tables of events
 * What is given to whom, and when; also what is looked at, and covariates over time. The words are NONMEM's, and mean
 * what they mean there (docs/events.md). A table never changes once it is made: any number of threads may use it.
 * @{ */

/** The event records of one person or many. */
struct lull_evtable;

/** How to read a table; start from LULL_EVTABLE_OPTIONS. */
struct lull_evtable_options {
	size_t size;                                   /**< sizeof this struct                          */
	int32_t covariates_next;                       /**< not 0: between records the next one's covariates hold, as in
						        *   NONMEM's $PK; 0: the last one's               */
	int32_t delimiter;                             /**< of a CSV file: ',' ';' or a tab; 0: ','     */
	int32_t decimal;                               /**< of a CSV file: '.' or ','; 0: '.'           */
	int32_t reserved;                              /**< 0                                           */
	void (*remark)(void *user, const char *text);  /**< told each remark about the records, with its place; NULL */
	void *user;                                    /**< handed to remark                            */
};
/** The empty options. */
#define LULL_EVTABLE_OPTIONS { sizeof(struct lull_evtable_options), 0, 0, 0, 0, NULL, NULL }

/** A table from a line of text, for one person whose ID is 1.
 * @param model whose inputs and covariates the text names
 * @param events as in lull_simulate()
 * @param options may be NULL
 * @param out receives the handle, NULL on failure; free with lull_evtable_free()
 * @param error may be NULL
 * @returns LULL_OK, LULL_EPARSE ... */
LULL_API LULL_NODISCARD int lull_evtable_parse(const struct lull_popmodel *model, const char *events,
					       const struct lull_evtable_options *options, struct lull_evtable **out,
					       struct lull_error *error);

/** A table from a CSV file with the columns ID TIME AMT RATE DUR II ADDL SS CMT EVID MDV OCC, covariates, parameters
 * and etas, in any order and case. An ID that cannot be read is reported and left out: lull_evtable_n_rejected().
 * @param model whose inputs, covariates, parameters and etas the columns name
 * @param path the file
 * @param options may be NULL
 * @param out receives the handle, NULL on failure; free with lull_evtable_free()
 * @param error may be NULL
 * @returns LULL_OK when at least one ID could be read, LULL_EPARSE, LULL_EIO ... */
LULL_API LULL_NODISCARD int lull_evtable_read(const struct lull_popmodel *model, const char *path,
					      const struct lull_evtable_options *options, struct lull_evtable **out,
					      struct lull_error *error);

/** As lull_evtable_read(), from the bytes of such a file.
 * @param model as there
 * @param csv the text
 * @param n_bytes its length
 * @param name for messages, in place of a file's name
 * @param options may be NULL
 * @param out receives the handle, NULL on failure; free with lull_evtable_free()
 * @param error may be NULL
 * @returns as there */
LULL_API LULL_NODISCARD int lull_evtable_parse_csv(const struct lull_popmodel *model, const char *csv, size_t n_bytes,
						   const char *name, const struct lull_evtable_options *options,
						   struct lull_evtable **out, struct lull_error *error);

/** Records as arrays of n_records each; NULL where a column is absent. Start from #LULL_EVTABLE_COLUMNS. Records of one person
 * stand together, in the order in which they happen. */
struct lull_evtable_columns {
	size_t size;              /**< sizeof this struct                                       */
	size_t n_records;         /**< length of every array                                    */
	const uint64_t *id;       /**< NULL: all of one person, 1                               */
	const double *time;       /**< NULL: 0                                                  */
	const double *amt;        /**< dose; NULL: 0                                            */
	const double *rate;       /**< infusion rate; -1, -2: by the model; NULL: 0             */
	const double *dur;        /**< infusion duration, in place of a rate; NULL: 0           */
	const double *ii;         /**< interval; NULL: 0                                        */
	const int32_t *evid;      /**< 0 to 4; NULL: 1 where there is something of a dose, else 0 */
	const int32_t *cmt;       /**< input, from 1; 0 or NULL: the model's usual one          */
	const int32_t *addl;      /**< further doses; NULL: 0                                   */
	const int32_t *ss;        /**< steady state, 0 to 2; NULL: 0                            */
	const int32_t *occ;       /**< occasion, from 1; NULL: 1                                */
	size_t n_named;           /**< covariates, parameters and deviations given by record    */
	const char *const *names; /**< "wt", "cl" ...; deviations are ETA1, ETA2 ... in the order of LULL_ETAS */
	const double *const *values; /**< values[j][record]; NaN: as in the record before (covariates), not given */
};
/** No columns. */
#define LULL_EVTABLE_COLUMNS \
	{ sizeof(struct lull_evtable_columns), 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL }

/** A table from arrays, which are copied.
 * @param model whose inputs, covariates, parameters and etas are named
 * @param columns the arrays
 * @param options may be NULL
 * @param out receives the handle, NULL on failure; free with lull_evtable_free()
 * @param error may be NULL; names the record, counted from 0, and the column
 * @returns LULL_OK, LULL_EDOMAIN, LULL_ENOTFOUND (a name that the model does not have) ... */
LULL_API LULL_NODISCARD int lull_evtable_from_columns(const struct lull_popmodel *model,
						      const struct lull_evtable_columns *columns,
						      const struct lull_evtable_options *options,
						      struct lull_evtable **out, struct lull_error *error);

/** Frees a table.
 * @param table may be NULL */
LULL_API void lull_evtable_free(struct lull_evtable *table);

/** How many people the table holds.
 * @param table the table
 * @returns a count */
LULL_API size_t lull_evtable_n_people(const struct lull_evtable *table);

/** How many people were left out because their records could not be read.
 * @param table the table
 * @returns a count */
LULL_API size_t lull_evtable_n_rejected(const struct lull_evtable *table);

/** The ID of a person.
 * @param table the table
 * @param i_person below lull_evtable_n_people()
 * @returns 0 outside */
LULL_API uint64_t lull_evtable_id(const struct lull_evtable *table, size_t i_person);

/** How many of a person's records are looked at (EVID 0 and 2).
 * @param table the table
 * @param i_person below lull_evtable_n_people()
 * @returns 0 outside */
LULL_API size_t lull_evtable_n_observations(const struct lull_evtable *table, size_t i_person);

/** @} */

/** @name One person, many times
 * For fitting, optimising, sampling: the same model and table with other numbers, again and again. A workspace keeps
 * its memory from call to call, and serves one thread at a time; make one a thread.
 * @{ */

/** Memory for simulating one person. */
struct lull_workspace;

/** One person's own numbers; start from #LULL_INDIVIDUAL. */
struct lull_individual {
	size_t size;              /**< sizeof this struct                                           */
	const double *covariates; /**< as many as the model has, NaN: the table's; NULL: the table's, or the defaults */
	const double *etas;       /**< as many as the model has; NULL: the table's, or 0            */
	const double *parameters; /**< typical values, before covariates and etas; NaN: the table's, or the model's; NULL */
};
/** Nothing given. */
#define LULL_INDIVIDUAL { sizeof(struct lull_individual), NULL, NULL, NULL }

/** Makes a workspace.
 * @param model the model
 * @param outputs names of the outputs wanted, in this order; NULL: all
 * @param n_outputs how many; 0: all
 * @param out receives the handle, NULL on failure; free with lull_workspace_free()
 * @param error may be NULL
 * @returns LULL_OK, LULL_ENOTFOUND, LULL_ENOMEM */
LULL_API LULL_NODISCARD int lull_workspace_new(const struct lull_popmodel *model, const char *const *outputs,
					       size_t n_outputs, struct lull_workspace **out,
					       struct lull_error *error);

/** Frees a workspace.
 * @param workspace may be NULL */
LULL_API void lull_workspace_free(struct lull_workspace *workspace);

/** How many outputs it gives.
 * @param workspace the workspace
 * @returns a count */
LULL_API size_t lull_workspace_n_outputs(const struct lull_workspace *workspace);

/** Simulates one person of a table, without random numbers.
 * @param workspace the workspace
 * @param table of the same model
 * @param i_person below lull_evtable_n_people()
 * @param individual may be NULL: the table's numbers, or typical ones
 * @param times when to look, not falling, in the model's time unit; NULL: at the person's observation records
 * @param n_times how many; with times NULL, lull_evtable_n_observations()
 * @param values receives [output][time]: output o at times[i] is values[o * n_times + i]
 * @param n_values room at values, at least outputs times n_times
 * @param error may be NULL
 * @returns LULL_OK, or a negative code, and then every value is NaN */
LULL_API LULL_NODISCARD int lull_workspace_simulate(struct lull_workspace *workspace, const struct lull_evtable *table,
						    size_t i_person, const struct lull_individual *individual,
						    const double *times, size_t n_times, double *values,
						    size_t n_values, struct lull_error *error);

/** @} */

/** @name Populations
 * Person i of replicate r depends on the seed, on r and on the person's ID alone: the same bits with any number of
 * threads, alone or among a million.
 * @{ */

/** A population, ready to run. Serves one thread at a time (it starts its own). */
struct lull_simulation;

/** What is drawn at random; combine with |. */
enum lull_draw {
	LULL_DRAW_PEOPLE = 1,      /**< deviations between people, unless the table gives a person's own */
	LULL_DRAW_OCCASIONS = 2,   /**< deviations between occasions                              */
	LULL_DRAW_RESIDUAL = 4,    /**< residual error on the outputs                             */
	LULL_DRAW_UNCERTAINTY = 8  /**< the typical values themselves, one draw a replicate       */
};

/** What to simulate; start from #LULL_SIMULATION_OPTIONS. Everything is copied. */
struct lull_simulation_options {
	size_t size;              /**< sizeof this struct                                           */
	uint64_t n_people;        /**< how many people with the records of the table's only one; 0: the table's people */
	uint64_t first_id;        /**< ID of the first of n_people; 0: 1                            */
	uint64_t seed;            /**< any number                                                   */
	uint32_t n_replicates;    /**< how many times the whole population; 0: once                 */
	uint32_t draw;            /**< enum lull_draw; 0: nothing, everybody is typical             */
	int32_t n_threads;        /**< 0: as many as processors; 1: yours alone                     */
	int32_t at_records;       /**< not 0: look at observation records too                       */
	const double *times;      /**< when to look, not falling, in the model's time unit          */
	size_t n_times;           /**< how many                                                     */
	double step;              /**< above 0: a promise that times[i] = times[0] + i step, which is faster and agrees
				   *   with the general way to 1e-12 of the peak                    */
	const char *const *outputs; /**< names, in this order; NULL: all                            */
	size_t n_outputs;         /**< how many; 0: all                                             */
	const double *parameters; /**< typical values, as many as the model has, NaN: the model's; NULL */
	const double *posterior;  /**< rows of such values: replicate r takes row r mod n_posterior; NULL */
	size_t n_posterior;       /**< how many rows                                                */
	const double *covariates; /**< n_people rows of each one's covariates, NaN: the table's; NULL */
	const double *etas;       /**< n_people rows of each one's deviations, in place of drawing; NULL */
	int (*progress)(void *user, uint64_t n_done, uint64_t n_all); /**< told now and then, one call at a time; other
				   *   than 0 stops the run; NULL                                   */
	void *user;               /**< handed to progress                                           */
};
/** The empty options. */
#define LULL_SIMULATION_OPTIONS \
	{ sizeof(struct lull_simulation_options), 0, 0, 0, 0, 0, 0, 0, NULL, 0, 0, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL, NULL }

/** Prepares a population.
 * @param model the model
 * @param table of the same model
 * @param options may be NULL; then times come from the table's observation records
 * @param out receives the handle, NULL on failure; free with lull_simulation_free()
 * @param error may be NULL
 * @returns LULL_OK, LULL_EDOMAIN, LULL_ECONFLICT, LULL_ENOTFOUND ... */
LULL_API LULL_NODISCARD int lull_simulation_new(const struct lull_popmodel *model, const struct lull_evtable *table,
						const struct lull_simulation_options *options,
						struct lull_simulation **out, struct lull_error *error);

/** Frees a simulation.
 * @param simulation may be NULL */
LULL_API void lull_simulation_free(struct lull_simulation *simulation);

/** How many results there will be: people times replicates.
 * @param simulation the simulation
 * @returns a count */
LULL_API uint64_t lull_simulation_n_results(const struct lull_simulation *simulation);

/** How many outputs each has.
 * @param simulation the simulation
 * @returns a count */
LULL_API size_t lull_simulation_n_outputs(const struct lull_simulation *simulation);

/** How many times each has; where that differs from person to person (at_records), the most.
 * @param simulation the simulation
 * @returns a count */
LULL_API size_t lull_simulation_n_times(const struct lull_simulation *simulation);

/** Runs, into the caller's memory: values[(result * outputs + output) * times + time], replicates outermost; NaN where
 * a person has fewer times, or no values.
 * @param simulation the simulation
 * @param values receives the values
 * @param n_values room there, at least results x outputs x times
 * @param codes receives LULL_OK or a negative code for each result; NULL: then a person without values is an error
 * of the run (whose other people are whole)
 * @param error may be NULL
 * @returns LULL_OK, LULL_ESTOPPED, ... */
LULL_API LULL_NODISCARD int lull_simulation_run(struct lull_simulation *simulation, double *values, size_t n_values,
						int32_t *codes, struct lull_error *error);

/** One person of one replicate, as a reducer sees it; borrowed during the call. */
struct lull_result {
	size_t size;              /**< of the library's struct                                      */
	uint64_t index;           /**< 0 .. lull_simulation_n_results() - 1                         */
	uint64_t id;              /**< the person                                                   */
	uint32_t replicate;       /**< from 0                                                       */
	int32_t code;             /**< LULL_OK, or why there are no values                         */
	const char *message;      /**< for people; "" when there is nothing to say                  */
	size_t n_outputs;         /**< rows of values                                               */
	size_t n_times;           /**< columns of values                                            */
	const double *times;      /**< in the model's time unit                                     */
	const double *values;     /**< [output][time]; NULL unless code is LULL_OK                 */
	const double *last_dose;  /**< when the last dose before each time was given; NaN: none     */
	const int32_t *record;    /**< the record that asked for each time, from 0; -1: options.times */
	size_t n_parameters;      /**< as many as the model has                                     */
	const double *parameters; /**< this person's (at the first record); NULL unless code is LULL_OK */
};

/** What is made of each person; start from #LULL_REDUCER. Other than 0 returned stops the run with LULL_ESTOPPED.
 *
 * Without merge: `person` is called for one result after another, in order, never two at once, though not always from
 * the same thread (with n_threads 1, from yours). With merge: results come in blocks of up to 256. Those of a block
 * come in order, with the block's slot; several blocks are under way at once in different slots, below
 * lull_simulation_n_slots(). When a block is done, `merge` is called for its slot, block after block in order, never two
 * at once: add the slot to the whole there, and empty it. Blocks do not depend on the number of threads, so neither
 * does a sum. */
struct lull_reducer {
	size_t size;                                                                  /**< sizeof this struct */
	void *user;                                                                   /**< handed to both     */
	int (*person)(void *user, uint32_t slot, const struct lull_result *result);   /**< each result        */
	int (*merge)(void *user, uint32_t slot);                                      /**< each block; NULL   */
};
/** No reducer yet. */
#define LULL_REDUCER { sizeof(struct lull_reducer), NULL, NULL, NULL }

/** Slots that a reducer with merge must have.
 * @param simulation the simulation
 * @returns a count */
LULL_API uint32_t lull_simulation_n_slots(const struct lull_simulation *simulation);

/** Runs, handing each result to a reducer: memory does not grow with the number of people.
 * @param simulation the simulation
 * @param reducer what to do with each
 * @param error may be NULL
 * @returns LULL_OK also when single people failed (each is told, and lull_simulation_n_failed()), LULL_ESTOPPED ... */
LULL_API LULL_NODISCARD int lull_simulation_reduce(struct lull_simulation *simulation,
						   const struct lull_reducer *reducer, struct lull_error *error);

/** How many results of the last run have no values.
 * @param simulation the simulation
 * @returns a count */
LULL_API uint64_t lull_simulation_n_failed(const struct lull_simulation *simulation);

/** Ends the run under way as soon as may be, with LULL_ESTOPPED; from any thread, or a signal handler.
 * @param simulation the simulation */
LULL_API void lull_simulation_stop(struct lull_simulation *simulation);

/** @} */

LULL_END_C

#endif
