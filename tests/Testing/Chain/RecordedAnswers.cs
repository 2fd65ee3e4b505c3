namespace S3Auth.Testing.Chain;

/// <summary>The answers in the folder Answers: recorded from real nodes, or encoded with @polkadot/types.</summary>
public static class RecordedAnswers
{
    /// <summary>The small ones that make-answers.mjs encoded.</summary>
    public static IReadOnlyDictionary<string, RecordedAnswer> All { get; } =
        AnswerFiles.Lines<RecordedAnswer>("answers.jsonl").ToDictionary(answer => answer.Name, StringComparer.Ordinal);

    /// <summary>The SCALE of a small one.</summary>
    public static byte[] State(string name) => All[name].Bytes;

    /// <summary>The SCALE of the subnet of 1,024 or of 4,096 neurons.</summary>
    public static byte[] LargeState(int neurons) => AnswerFiles.Unpack(FormattableString.Invariant($"subnet-{neurons}.scale.gz"));

    /// <summary>The state of netuid 1 on the Finney network under runtime 343, which answers an option of the state.</summary>
    public static byte[] Finney343() => AnswerFiles.Unpack("finney-343.scale.gz");

    /// <summary>The state of netuid 1 under runtime 218, which answers the bytes of an option of the state.</summary>
    public static byte[] Subtensor218() => AnswerFiles.Unpack("subtensor-218.scale.gz");

    /// <summary>What runtime 218 answers for a subnet that does not exist.</summary>
    public static byte[] Subtensor218WithoutSubnet() => AnswerFiles.Unpack("subtensor-218-no-subnet.scale.gz");

    /// <summary>What runtime 218 answers to <c>Metadata_metadata_at_version(15)</c>: an option of bytes.</summary>
    public static byte[] Subtensor218Metadata() => AnswerFiles.Unpack("subtensor-218-metadata-v15.scale.gz");
}
