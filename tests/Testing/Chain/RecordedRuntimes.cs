namespace S3Auth.Testing.Chain;

/// <summary>The runtimes that Answers/make-runtimes.mjs encoded with @polkadot/types.</summary>
public static class RecordedRuntimes
{
    public static IReadOnlyDictionary<string, RecordedRuntime> All { get; } =
        AnswerFiles.Lines<RecordedRuntime>("runtimes.jsonl").ToDictionary(runtime => runtime.Name, StringComparer.Ordinal);

    /// <summary>Those whose answer must be read.</summary>
    public static IEnumerable<RecordedRuntime> Readable => All.Values.Where(runtime => runtime.Error is null);

    /// <summary>Those of which the metadata or the answer must be refused.</summary>
    public static IEnumerable<RecordedRuntime> Unreadable => All.Values.Where(runtime => runtime.Error is not null);
}
