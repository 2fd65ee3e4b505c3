namespace S3Auth.Testing.Chain;

/// <summary>The registries that Answers/make-registries.mjs made and @polkadot/types encoded, with values of every type.</summary>
public static class RandomRegistries
{
    public static IReadOnlyList<RandomRegistry> All { get; } =
    [
        .. AnswerFiles.Lines<Line>("registries.jsonl").Select((line, number) => new RandomRegistry(
            number,
            Convert.FromHexString(line.Types),
            [.. line.Cases.Select(one => new RandomValue(one.Type, Convert.FromHexString(one.Value)))])),
    ];

    private sealed record Line(string Types, IReadOnlyList<Case> Cases);

    private sealed record Case(int Type, string Value);
}
