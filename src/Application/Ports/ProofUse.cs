namespace S3Auth.Application.Ports;

/// <summary>How the use of a proof stands to earlier ones.</summary>
public enum ProofUse
{
    /// <summary>It is the first.</summary>
    First,

    /// <summary>It was used before.</summary>
    Repeated,

    /// <summary>
    /// Nobody can tell: as much is remembered as fits, or what was remembered is forgotten. It may have been used before.
    /// </summary>
    Unknown,
}
