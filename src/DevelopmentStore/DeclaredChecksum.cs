namespace S3Auth.DevelopmentStore;

/// <summary>
/// The checksum that a client declared for its content, compared with the received content. Specification: "Checking object integrity for
/// data uploads in Amazon S3", Amazon S3 User Guide.
/// </summary>
internal sealed class DeclaredChecksum : IDisposable
{
    private readonly Checksum _checksum;
    private string? _declared;

    private DeclaredChecksum(Checksum checksum, string? declared)
    {
        _checksum = checksum;
        _declared = declared;
    }

    /// <summary>Returns the checksum that headers or form fields declare, or that a trailer will declare; null if there is none.</summary>
    /// <exception cref="S3Exception">
    /// InvalidRequest for more than one, or a value that is not one of this algorithm; NotImplemented for an unknown algorithm.
    /// </exception>
    public static DeclaredChecksum? Read(IEnumerable<KeyValuePair<string, string>> source, string trailer = "")
    {
        var sent = source.Where(header => Checksum.IsHeader(header.Key)).ToArray();
        return (sent, trailer) switch
        {
            ([], "") => null,
            ([], _) => new DeclaredChecksum(Checksum.For(trailer), declared: null),
            ([var (name, value)], "") => Declared(Checksum.For(name), value),
            _ => throw S3Error.InvalidRequest.With(
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."),
        };
    }

    public void Append(ReadOnlyMemory<byte> piece) => _checksum.Append(piece.Span);

    /// <exception cref="S3Exception">MalformedTrailerError if the client declared a trailer and did not send it.</exception>
    public void ReadTrailer(IReadOnlyDictionary<string, string> trailers) =>
        _declared ??= trailers.GetValueOrDefault(_checksum.Header) ?? throw S3Error.MalformedTrailer.With();

    /// <summary>Returns the verified checksum.</summary>
    /// <exception cref="S3Exception">BadDigest; InvalidRequest if the declared value is not one of this algorithm.</exception>
    public ContentChecksum Verify()
    {
        RefuseMalformed();
        var value = _checksum.Value();
        return value.Equals(_declared, StringComparison.Ordinal)
            ? new ContentChecksum(_checksum.Header, value)
            : throw S3Error.BadDigest.With();
    }

    // Validates a header before it reads the body, so a malformed value is reported before any problem of the content.
    private static DeclaredChecksum Declared(Checksum checksum, string value)
    {
        var declared = new DeclaredChecksum(checksum, value);
        declared.RefuseMalformed();
        return declared;
    }

    private void RefuseMalformed()
    {
        if (_declared?.Length != _checksum.Value().Length)
        {
            throw S3Error.InvalidRequest.With($"Value for {_checksum.Header} header is invalid.");
        }
    }

    public void Dispose() => _checksum.Dispose();
}
