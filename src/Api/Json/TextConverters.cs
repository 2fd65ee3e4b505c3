using System.Diagnostics.CodeAnalysis;

namespace S3Auth.Api.Json;

/// <summary>A member has a malformed value. The message tells the client what to send; the serializer adds the path.</summary>
internal sealed class MalformedMemberException(string message) : JsonException(message);

/// <summary>Reads a value from a JSON string with the parser of its type, and writes it as a string.</summary>
/// <param name="tryParse">Parses the text of the string.</param>
/// <param name="write">Returns the text to write.</param>
/// <param name="advice">What a client must send; the message of the exception for everything else.</param>
internal abstract class TextConverter<T>(TextConverter<T>.Parser tryParse, Func<T, string> write, string advice) : JsonConverter<T>
    where T : notnull
{
    internal delegate bool Parser([NotNullWhen(true)] string? text, [MaybeNullWhen(false)] out T value);

    /// <exception cref="MalformedMemberException">The value is not a string, or the text cannot be parsed.</exception>
    public sealed override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && tryParse(reader.GetString(), out var value)
            ? value
            : throw new MalformedMemberException(advice);

    public sealed override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(write(value));
}

internal sealed class AudienceConverter() : TextConverter<Audience>(
    Audience.TryParse,
    audience => audience.Text,
    "Send the host of the URL that you call, with its port unless that is 443: s3-auth.example.com, localhost:8000; or an SS58 address.");

internal sealed class FileNameConverter() : TextConverter<FileName>(
    FileName.TryParse,
    file => file.Name,
    $"Send a file's name without any folder: 1 to {FileName.MaxBytes} bytes of UTF-8, no '/', no '\\', no control characters, "
    + "not '.' or '..', no '${filename}'.");

internal sealed class FilePathConverter() : TextConverter<FilePath>(
    FilePath.TryParse,
    path => path.Path,
    FilePath.Requirement);

internal sealed class JobIdConverter() : TextConverter<JobId>(
    JobId.TryParse, job => job.Id, "Send a job's id: 1 to 128 letters, digits, '.', '_' and '-'.");

internal sealed class RoleConverter() : TextConverter<Role>(TryParse, role => role.ToName(), "Send 'miner' or 'validator'.")
{
    private static bool TryParse(string? text, out Role role)
    {
        role = text == Role.Validator.ToName() ? Role.Validator : Role.Miner;
        return text == role.ToName();
    }
}

/// <summary>Accepts every well-formed name; the validators check whether the source is configured.</summary>
internal sealed class SourceConverter() : TextConverter<Source>(
    Source.TryParse, source => source.Name, "Send a source's name: up to 32 lowercase letters, digits, '_' and '-'.");
