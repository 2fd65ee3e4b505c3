namespace S3Auth.Api.Json;

/// <summary>Ids of jobs are short words.</summary>
internal sealed class JobIdConverter : JsonConverter<JobId>
{
    public override JobId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && JobId.TryParse(reader.GetString(), out var job)
            ? job
            : throw new MalformedMemberException("Send a job's id: 1 to 128 letters, digits, '.', '_' and '-'.");

    public override void Write(Utf8JsonWriter writer, JobId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Id);
}
