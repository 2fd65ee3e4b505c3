using System.Text.Json.Serialization.Metadata;

namespace S3Auth.Infrastructure;

/// <summary>Parses JSON that an operator wrote. Errors name the line and the member. They contain no names of .NET types.</summary>
internal static class OperatorJson
{
    /// <exception cref="InvalidDataException">The text does not fit the type. The message tells the operator why.</exception>
    internal static T Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new InvalidDataException("It contains null instead of an object.");
        }
        catch (JsonException malformed)
        {
            throw new InvalidDataException(Describe(malformed), malformed);
        }
    }

    /// <summary>Returns an exception with the message of another one, without the name of its parameter.</summary>
    internal static InvalidDataException Of(ArgumentException invalid)
    {
        var end = invalid.Message.IndexOf($" (Parameter '{invalid.ParamName}')", StringComparison.Ordinal);
        return new InvalidDataException(end < 0 ? invalid.Message : invalid.Message[..end], invalid);
    }

    private static string Describe(JsonException malformed)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"Line {malformed.LineNumber + 1}");

        // The serializer wraps the exception of its reader, which knows only syntax.
        return malformed switch
        {
            { InnerException: JsonException } => $"{line} is not valid JSON.",
            { Path: { } path } when path.StartsWith("$.", StringComparison.Ordinal) =>
                $"{line}: '{path["$.".Length..]}' is unknown, occurs twice, lacks a member, or has a value of the wrong type.",
            _ => $"{line}: it must be a JSON object.",
        };
    }
}
