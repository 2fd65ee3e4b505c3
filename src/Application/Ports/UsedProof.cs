namespace S3Auth.Application.Ports;

/// <summary>A proof that was verified and is used now.</summary>
/// <param name="Key">By what it is known again.</param>
/// <param name="Until">From when on nobody takes it any more, because its moment is too old.</param>
public readonly record struct UsedProof(ReplayKey Key, DateTimeOffset Until);
