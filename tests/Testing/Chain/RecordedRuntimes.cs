namespace S3Auth.Testing.Chain;

/// <summary>The runtimes that Answers/make-runtimes.mjs encoded with @polkadot/types.</summary>
public static class RecordedRuntimes
{
    public static IReadOnlyDictionary<string, RecordedRuntime> All { get; } =
        AnswerFiles.Lines<RecordedRuntime>("runtimes.jsonl").ToDictionary(runtime => runtime.Name, StringComparer.Ordinal);

    /// <summary>The runtimes whose answer the server must read.</summary>
    public static IEnumerable<RecordedRuntime> Readable => All.Values.Where(runtime => runtime.Error is null);

    /// <summary>The runtimes whose metadata or answer the server must refuse.</summary>
    public static IEnumerable<RecordedRuntime> Unreadable => All.Values.Where(runtime => runtime.Error is not null);
}
