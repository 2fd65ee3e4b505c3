using S3Auth.Application.Pipeline;
using S3Auth.Substrate;

namespace S3Auth.Application.Ports;

/// <summary>A proof that was verified and is used now.</summary>
/// <param name="Signer">Who signed it.</param>
/// <param name="Key">By what it is known again.</param>
/// <param name="Until">From when on nobody takes it any more, because its moment is too old.</param>
public readonly record struct UsedProof(AccountId Signer, ReplayKey Key, DateTimeOffset Until);
