"""Lull from Python, with nothing but the standard library: the population of population.c, by ctypes.

    python3 population.py [path of liblull.so.0]
"""
import ctypes as c
import sys


class Error(c.Structure):
    _fields_ = [("code", c.c_int32), ("reserved", c.c_int32),
                ("what", c.c_char * 512), ("where", c.c_char * 256), ("mend", c.c_char * 256)]


class SimulationOptions(c.Structure):
    _fields_ = [("size", c.c_size_t), ("n_people", c.c_uint64), ("first_id", c.c_uint64), ("seed", c.c_uint64),
                ("n_replicates", c.c_uint32), ("draw", c.c_uint32), ("n_threads", c.c_int32), ("at_records", c.c_int32),
                ("times", c.POINTER(c.c_double)), ("n_times", c.c_size_t), ("step", c.c_double),
                ("outputs", c.POINTER(c.c_char_p)), ("n_outputs", c.c_size_t)]  # the rest is optional


lull = c.CDLL(sys.argv[1] if len(sys.argv) > 1 else "liblull.so.0")
error = Error()


def make(function, *args):
    """Calls a function that makes a handle."""
    handle = c.c_void_p()
    if function(*args, c.byref(handle), c.byref(error)) != 0:
        sys.exit(f"{error.where.decode()}: {error.what.decode()}; {error.mend.decode()}")
    return handle


times = (c.c_double * 6)(2 / 3, 1, 2, 4, 8, 24)
outputs = (c.c_char_p * 1)(b"ketamine")
people = 1000
options = SimulationOptions(n_people=people, seed=20261122, draw=1, times=times, n_times=len(times),
                            outputs=outputs, n_outputs=1)
options.size = c.sizeof(options)

model = make(lull.lull_popmodel_open, b"kamp2020_otto2021", None)
table = make(lull.lull_evtable_parse, model, b"amt=35 dur=40min", None)
simulation = make(lull.lull_simulation_new, model, table, c.byref(options))
lull.lull_popmodel_free(model)  # in any order
lull.lull_evtable_free(table)

conc = (c.c_double * (people * len(times)))()
if lull.lull_simulation_run(simulation, conc, c.c_size_t(len(conc)), None, c.byref(error)) != 0:
    sys.exit(f"{error.where.decode()}: {error.what.decode()}; {error.mend.decode()}")
lull.lull_simulation_free(simulation)

for i, t in enumerate(times):
    at = sorted(conc[i::len(times)])
    print(f"{t:5.2f} h: median {at[people // 2]:7.2f} ng/mL, "
          f"nine in ten between {at[people // 20]:7.2f} and {at[people - 1 - people // 20]:7.2f}")
