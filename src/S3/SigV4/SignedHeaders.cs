namespace S3Auth.S3;

/// <summary>The headers that a presigned request signs. <c>host</c> is always one of them.</summary>
internal sealed class SignedHeaders(in PutRules rules, IReadOnlyList<S3Parameter>? moreHeaders = null)
{
    // The names of forbidden headers in the list of signed headers, in the canonical request and in the query.
    private static readonly BarredText BarredNames = new(name => ";" + name);
    private static readonly BarredText BarredQuery = new(name => "%3B" + name);

    // The same headers as lines of the canonical request, each with an empty value.
    private static readonly BarredText EmptyBarredLines = new(name => "\n" + name + ":");

    private readonly PutRules _rules = rules;

    /// <summary>Only <c>host</c>.</summary>
    internal static SignedHeaders OnlyHost { get; } = new(default);

    /// <summary>An upper bound, in bytes, of what the headers besides <c>host</c> add to a canonical request.</summary>
    internal int MaxLength => (moreHeaders?.Sum(one => (3 * (one.Name.Length + 2)) + one.Value.Length) ?? 0)
        + (_rules.Checksum?.Length ?? 0) + (2 * (_rules.PayloadHash?.Length ?? 0))
        + (_rules.Barred == BarredHeaders.None ? 0 : BarredNames.Length + BarredQuery.Length + EmptyBarredLines.Length);

    /// <summary>Appends the names for the query, in the order of their bytes.</summary>
    internal void AppendNames(ref AsciiWriter query) => AppendNames(ref query, "%3B"u8, BarredQuery);

    /// <summary>Appends the end of a canonical request: the headers, their names and the hash of the payload.</summary>
    internal void AppendCanonical(ref AsciiWriter request, ReadOnlySpan<byte> host)
    {
        var hasEmptyLines = _rules.Barred == BarredHeaders.Empty;
        if (_rules.ContentLength is { } length)
        {
            request.Append("\ncontent-length:"u8);
            request.Append(length);
        }

        request.Append("\nhost:"u8);
        request.Append(host);
        request.Append(_rules.IsWriteOnce ? "\nif-none-match:*"u8 : []);
        request.Append(hasEmptyLines ? EmptyBarredLines.Acl : []);
        AppendLine(ref request, "\nx-amz-checksum-sha256:"u8, _rules.Checksum);
        AppendLine(ref request, "\nx-amz-content-sha256:"u8, _rules.PayloadHash);
        request.Append(hasEmptyLines ? EmptyBarredLines.Others : []);
        foreach (var (name, value) in moreHeaders ?? [])
        {
            request.Append("\n"u8);
            request.AppendAscii(name);
            request.Append(":"u8);
            request.AppendAscii(value);
        }

        request.Append("\n\n"u8);
        AppendNames(ref request, ";"u8, BarredNames);
        request.Append("\n"u8);
        request.AppendAscii(_rules.PayloadHash ?? SigV4Names.UnsignedPayload);
    }

    private void AppendNames(ref AsciiWriter request, ReadOnlySpan<byte> separator, BarredText barred)
    {
        var isBarred = _rules.Barred != BarredHeaders.None;
        if (_rules.ContentLength is not null)
        {
            request.Append("content-length"u8);
            request.Append(separator);
        }

        request.Append("host"u8);
        AppendName(ref request, separator, "if-none-match"u8, _rules.IsWriteOnce);
        request.Append(isBarred ? barred.Acl : []);
        AppendName(ref request, separator, "x-amz-checksum-sha256"u8, _rules.Checksum is not null);
        AppendName(ref request, separator, "x-amz-content-sha256"u8, _rules.PayloadHash is not null);
        request.Append(isBarred ? barred.Others : []);
        foreach (var (name, _) in moreHeaders ?? [])
        {
            request.Append(separator);
            request.AppendAscii(name);
        }
    }

    private static void AppendName(ref AsciiWriter request, ReadOnlySpan<byte> separator, ReadOnlySpan<byte> name, bool isSigned)
    {
        if (isSigned)
        {
            request.Append(separator);
            request.Append(name);
        }
    }

    private static void AppendLine(ref AsciiWriter request, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            request.Append(name);
            request.AppendAscii(value);
        }
    }

    /// <summary>
    /// The headers that a URL forbids, as text. <c>x-amz-acl</c> is separate, because other signed headers, such as
    /// <c>x-amz-checksum-sha256</c>, sort between it and the moreHeaders.
    /// </summary>
    private sealed class BarredText(Func<string, string> format)
    {
        internal byte[] Acl { get; } = Encoding.ASCII.GetBytes(format(SigV4Names.UploadHeaders[0]));

        internal byte[] Others { get; } = Encoding.ASCII.GetBytes(string.Concat(SigV4Names.UploadHeaders.Skip(1).Select(format)));

        internal int Length => Acl.Length + Others.Length;
    }
}
