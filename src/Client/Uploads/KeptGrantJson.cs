using System.Text.Json.Serialization;

namespace S3Auth.Client.Uploads;

/// <summary>How a kept grant is written.</summary>
[JsonSerializable(typeof(KeptGrant))]
internal sealed partial class KeptGrantJson : JsonSerializerContext;
