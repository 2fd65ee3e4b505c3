namespace S3Auth.DevelopmentStore;

/// <summary>A verified checksum of content.</summary>
/// <param name="Header">The name of its header, in lower case.</param>
/// <param name="Value">The checksum in base64, with <c>-parts</c> behind it if it is a checksum of checksums.</param>
/// <param name="IsComposite">Whether it is a checksum of the checksums of parts.</param>
internal sealed record ContentChecksum(string Header, string Value, bool IsComposite = false)
{
    /// <summary>The name of the header for the type of a checksum.</summary>
    public const string TypeHeader = "x-amz-checksum-type";

    /// <summary>The value of <see cref="TypeHeader"/>.</summary>
    public string Type => IsComposite ? "COMPOSITE" : "FULL_OBJECT";

    /// <summary>The name of the element in S3's XML: <c>ChecksumSHA256</c>.</summary>
    public string Element => "Checksum" + Header["x-amz-checksum-".Length..].ToUpperInvariant();

    /// <summary>Returns the name of the header for an element of S3's XML; null if the element is not a checksum.</summary>
    public static string? HeaderOf(string element) =>
        element.StartsWith("Checksum", StringComparison.Ordinal) && element != "ChecksumType"
            ? "x-amz-checksum-" + element["Checksum".Length..].ToLowerInvariant()
            : null;

    /// <summary>Adds the checksum to the answer of a write.</summary>
    public void WriteTo(HttpResponse response)
    {
        response.Headers[Header] = Value;
        response.Headers[TypeHeader] = Type;
    }
}
