namespace S3Auth.DevelopmentStore;

/// <summary>
/// The checksum that a multipart upload computes for its object. Specification: "Checking object integrity for data uploads in Amazon S3",
/// Amazon S3 User Guide.
/// </summary>
/// <param name="Header">The name of the header for the algorithm.</param>
/// <param name="IsComposite">Whether it is the checksum of the checksums of the parts, not of the whole content.</param>
internal sealed record UploadChecksum(string Header, bool IsComposite)
{
    /// <summary>The name of the header for the algorithm.</summary>
    public const string AlgorithmHeader = "x-amz-checksum-algorithm";

    private const string Composite = "COMPOSITE";
    private const string FullObject = "FULL_OBJECT";

    private static readonly string[] Algorithms = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"];

    public string Algorithm => Header["x-amz-checksum-".Length..].ToUpperInvariant();

    public string Type => IsComposite ? Composite : FullObject;

    /// <summary>Reads algorithm and type; null if the client requests no checksum.</summary>
    /// <exception cref="S3Exception">
    /// InvalidRequest for an unknown algorithm or type, or a type that the algorithm does not have.
    /// </exception>
    public static UploadChecksum? Read(string? algorithm, string? type)
    {
        if (string.IsNullOrEmpty(algorithm))
        {
            return string.IsNullOrEmpty(type) ? null : throw S3Error.InvalidRequest.With(
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
        }

        if (!Algorithms.Contains(algorithm, StringComparer.Ordinal))
        {
            throw S3Error.InvalidRequest.With(
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
                + $"[{string.Join(", ", Algorithms)}]");
        }

        var isComposite = type switch
        {
            null or "" => algorithm != "CRC64NVME",
            Composite when algorithm != "CRC64NVME" => true,
            FullObject when !algorithm.StartsWith("SHA", StringComparison.Ordinal) => false,
            Composite or FullObject => throw S3Error.InvalidRequest.With(
                $"The {type} checksum type cannot be used with the {algorithm.ToLowerInvariant()} checksum algorithm."),
            _ => throw S3Error.InvalidRequest.With("Value for x-amz-checksum-type header is invalid."),
        };
        return new UploadChecksum("x-amz-checksum-" + algorithm.ToLowerInvariant(), isComposite);
    }

    /// <summary>Checks the checksum of a part.</summary>
    /// <exception cref="S3Exception">
    /// InvalidRequest if the part's algorithm differs, or if the part has no checksum although the object's needs it.
    /// </exception>
    public void RequirePart(ContentChecksum? part)
    {
        if (part is null ? IsComposite : !part.Header.Equals(Header, StringComparison.Ordinal))
        {
            var actual = part?.Header["x-amz-checksum-".Length..] ?? "null";
            throw S3Error.InvalidRequest.With(
                $"Checksum Type mismatch occurred, expected checksum Type: {Algorithm.ToLowerInvariant()}, actual checksum Type: {actual}");
        }
    }

    /// <summary>Returns the checksum of the checksums of parts.</summary>
    public ContentChecksum Combine(IReadOnlyCollection<StoredObject> parts)
    {
        using var checksum = Checksum.For(Header);
        foreach (var part in parts)
        {
            checksum.Append(Convert.FromBase64String(part.Properties[Header]!));
        }

        return new ContentChecksum(Header, $"{checksum.Value()}-{S3Xml.Number(parts.Count)}", IsComposite: true);
    }
}
