using System.Buffers;

namespace S3Auth.Domain;

/// <summary>The id of the job that files were collected for. Matches <c>[A-Za-z0-9._-]{1,128}</c>.</summary>
public readonly record struct JobId
{
    /// <summary>The maximum length, in characters.</summary>
    public const int MaxLength = 128;

    private static readonly SearchValues<char> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private readonly string? _id;

    private JobId(string id) => _id = id;

    /// <summary>The id. Safe to use within a segment of an object's key.</summary>
    public string Id => _id ?? throw new InvalidOperationException("The job id was not parsed.");

    /// <summary>Parses an id; false if it is not valid.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out JobId job)
    {
        job = default;
        if (text is not { Length: > 0 and <= MaxLength } || text.AsSpan().ContainsAnyExcept(Characters))
        {
            return false;
        }

        job = new JobId(text);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
