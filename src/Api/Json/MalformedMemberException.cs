namespace S3Auth.Api.Json;

/// <summary>A member's value is not what it must be. The message tells a client what to send; the serializer adds where.</summary>
internal sealed class MalformedMemberException(string message) : JsonException(message);
