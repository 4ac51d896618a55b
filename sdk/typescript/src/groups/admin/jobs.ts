import type { Call } from "../../call.js";
import type { Caller } from "../../caller.js";
import type { CallOptions } from "../../options.js";
import { items } from "../../paging.js";
import type { Answer, Input, Item } from "../../types.js";

/** Jobs and their runs. */
export class Jobs {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** The jobs that can be run. */
  list(options?: CallOptions): Call<Answer<"listJobs">> {
    return this.#caller.call("listJobs", {}, options);
  }

  /** Queues a run of a job. */
  run(input: Input<"runJob">, options?: CallOptions): Call<Answer<"runJob">> {
    return this.#caller.call("runJob", input, options);
  }

  /** Runs, newest first, without their results: one page. */
  runs(input: Input<"listJobRuns"> = {}, options?: CallOptions): Call<Answer<"listJobRuns">> {
    return this.#caller.call("listJobRuns", input, options);
  }

  /** Every item of `runs`, page after page. */
  allRuns(
    input: Input<"listJobRuns"> = {},
    options?: CallOptions,
  ): AsyncGenerator<Item<"listJobRuns">, void, undefined> {
    return items(this.#caller, "listJobRuns", input, options);
  }

  /** One run. */
  get(input: Input<"getJobRun">, options?: CallOptions): Call<Answer<"getJobRun">> {
    return this.#caller.call("getJobRun", input, options);
  }

  /** The result of a run alone. */
  result(input: Input<"getJobResult">, options?: CallOptions): Call<Answer<"getJobResult">> {
    return this.#caller.call("getJobResult", input, options);
  }

  /** Stops a run at its next good place. */
  stop(input: Input<"stopJobRun">, options?: CallOptions): Call<Answer<"stopJobRun">> {
    return this.#caller.call("stopJobRun", input, options);
  }

  /** Goes on with a run that failed or was stopped. */
  restart(input: Input<"restartJobRun">, options?: CallOptions): Call<Answer<"restartJobRun">> {
    return this.#caller.call("restartJobRun", input, options);
  }
}

/** When jobs are run by themselves. */
export class Schedules {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** The schedules by name. */
  list(options?: CallOptions): Call<Answer<"listJobSchedules">> {
    return this.#caller.call("listJobSchedules", {}, options);
  }

  /** Makes a schedule. */
  create(input: Input<"createJobSchedule">, options?: CallOptions): Call<Answer<"createJobSchedule">> {
    return this.#caller.call("createJobSchedule", input, options);
  }

  /** One schedule. */
  get(input: Input<"getJobSchedule">, options?: CallOptions): Call<Answer<"getJobSchedule">> {
    return this.#caller.call("getJobSchedule", input, options);
  }

  /** Replaces a schedule in the version that was read. */
  replace(input: Input<"replaceJobSchedule">, options?: CallOptions): Call<Answer<"replaceJobSchedule">> {
    return this.#caller.call("replaceJobSchedule", input, options);
  }

  /** Removes a schedule; its runs stay. */
  delete(input: Input<"deleteJobSchedule">, options?: CallOptions): Call<Answer<"deleteJobSchedule">> {
    return this.#caller.call("deleteJobSchedule", input, options);
  }
}
