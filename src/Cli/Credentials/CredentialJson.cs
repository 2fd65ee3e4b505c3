using System.Text.Json;
using System.Text.Json.Serialization;

namespace S3Auth.Cli.Credentials;

/// <summary>How credentials are written for tools. The members have the names that these tools read.</summary>
[JsonSerializable(typeof(CredentialFormat.ProcessCredentials))]
[JsonSerializable(typeof(SessionCredentials))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class CredentialJson : JsonSerializerContext;
