namespace S3Auth.Infrastructure.Storage;

/// <summary>Whether the store supports upload forms.</summary>
/// <param name="IsSupported">Whether it accepts them and enforces their policies; null if that is unknown.</param>
/// <param name="Problem">What is wrong; null if nothing is, or if there was no answer.</param>
internal sealed record FormFinding(bool? IsSupported, string? Problem = null)
{
    /// <summary>The store supports forms.</summary>
    internal static FormFinding Supported { get; } = new(true);

    /// <summary>There was no conclusive answer.</summary>
    internal static FormFinding NoAnswer { get; } = new(IsSupported: null);

    /// <summary>Whether the answer is conclusive.</summary>
    internal bool IsKnown => IsSupported is not null || Problem is not null;
}
