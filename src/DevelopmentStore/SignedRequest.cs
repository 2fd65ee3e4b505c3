namespace S3Auth.DevelopmentStore;

/// <summary>The data of a verified signature that the body needs, because the signatures of chunks build on it.</summary>
/// <param name="Key">The signing key of the day.</param>
/// <param name="Timestamp">The signed time of the request, <c>yyyyMMddTHHmmssZ</c>.</param>
/// <param name="Signature">The signature of the request, 64 hex characters.</param>
/// <param name="Payload">The hash of the body in hex, <c>UNSIGNED-PAYLOAD</c>, or one of the <c>STREAMING-</c> names.</param>
internal sealed record SignedRequest(SigningKey Key, string Timestamp, string Signature, string Payload);
