namespace S3Auth.DevelopmentStore;

/// <summary>What a verified signature leaves behind for the body: each signed chunk continues from it.</summary>
/// <param name="Key">The day's signing key.</param>
/// <param name="Timestamp">The request's time as signed, <c>yyyyMMddTHHmmssZ</c>.</param>
/// <param name="Signature">The request's signature, 64 hex characters.</param>
/// <param name="Payload">The body's hash in hex, <c>UNSIGNED-PAYLOAD</c>, or one of the <c>STREAMING-</c> names.</param>
internal sealed record SignedRequest(SigningKey Key, string Timestamp, string Signature, string Payload);
