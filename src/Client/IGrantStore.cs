namespace S3Auth.Client;

/// <summary>
/// Keeps a miner's folder grant between runs of a program, so that each run need not request a new one. A grant allows uploads into the
/// miner's folder until it expires, so only its owner may be able to read it. Implementations are thread-safe and report no errors: a grant
/// that cannot be kept is requested again.
/// </summary>
public interface IGrantStore
{
    /// <summary>Returns the kept grant; null if there is none.</summary>
    byte[]? Read();

    /// <summary>Keeps a grant, in place of an earlier one.</summary>
    void Write(ReadOnlySpan<byte> grant);

    /// <summary>Deletes the kept grant.</summary>
    void Delete();
}
