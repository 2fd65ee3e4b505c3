namespace S3Auth.DevelopmentStore;

/// <summary>
/// The body of a PUT. Decodes <c>aws-chunked</c>, and verifies everything that the client declared: the length, the SHA-256 in the
/// signature, <c>Content-MD5</c>, and one <c>x-amz-checksum-…</c> in a header or trailer.
/// </summary>
internal static class RequestBody
{
    private const int Md5Bytes = 16;

    /// <summary>Receives the whole body into a pending object.</summary>
    /// <returns>The verified checksum of the client as a header; null if it sent none.</returns>
    /// <exception cref="S3Exception">The body does not match what the client declared.</exception>
    public static async Task<(string Header, string Value)?> ReceiveAsync(HttpRequest request, SignedRequest signed, PendingObject pending)
    {
        var cancellation = request.HttpContext.RequestAborted;
        var chunked = AwsChunkedStream.IsUsedBy(signed.Payload);
        var length = DeclaredLength(request, chunked);
        var expectedMd5 = ExpectedMd5(request);
        var sha256 = ExpectedSha256(signed.Payload);
        using var checksum = ExpectedChecksum(request, chunked, out var expectedChecksum);
        using var hash = sha256 is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        await using (var body = chunked ? new AwsChunkedStream(request.BodyReader, signed, length) : request.Body)
        {
            await pending.ReceiveAsync(
                body,
                EmbeddedStore.MaxObjectBytes,
                piece =>
                {
                    hash?.AppendData(piece.Span);
                    checksum?.Append(piece.Span);
                },
                cancellation);

            if (body is AwsChunkedStream { Trailers: var trailers } && checksum is not null)
            {
                expectedChecksum ??= trailers.GetValueOrDefault(checksum.Header) ?? throw S3Error.MalformedTrailer.With();
            }
        }

        if (hash is not null && !hash.GetCurrentHash().AsSpan().SequenceEqual(sha256))
        {
            throw S3Error.ContentSha256Mismatch.With();
        }

        if (expectedMd5 is not null && !pending.Md5().AsSpan().SequenceEqual(expectedMd5))
        {
            throw S3Error.BadDigest.With();
        }

        if (checksum is null)
        {
            return null;
        }

        var value = checksum.Value();
        return value.Equals(expectedChecksum, StringComparison.Ordinal) ? (checksum.Header, value) : throw S3Error.BadDigest.With();
    }

    private static long DeclaredLength(HttpRequest request, bool chunked)
    {
        long length;
        if (!chunked)
        {
            length = request.ContentLength ?? throw S3Error.MissingContentLength.With();
        }
        else if (request.Headers["x-amz-decoded-content-length"] is not [{ } text]
            || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out length))
        {
            throw S3Error.MissingContentLength.With("You must provide the x-amz-decoded-content-length HTTP header.");
        }

        return length <= EmbeddedStore.MaxObjectBytes
            ? length
            : throw S3Error.EntityTooLarge.With(
                null, ("ProposedSize", S3Xml.Number(length)), ("MaxSizeAllowed", S3Xml.Number(EmbeddedStore.MaxObjectBytes)));
    }

    private static byte[]? ExpectedMd5(HttpRequest request)
    {
        var header = request.Headers.ContentMD5;
        if (header.Count == 0)
        {
            return null;
        }

        var md5 = new byte[Md5Bytes];
        return Convert.TryFromBase64String(header.ToString(), md5, out var written)
            && written == md5.Length ? md5 : throw S3Error.InvalidDigest.With();
    }

    private static byte[]? ExpectedSha256(string payload) => payload switch
    {
        SigV4Names.UnsignedPayload => null,
        _ when AwsChunkedStream.IsUsedBy(payload) => null,
        { Length: 2 * SHA256.HashSizeInBytes } when payload.All(char.IsAsciiHexDigit) => Convert.FromHexString(payload),
        _ => throw S3Error.InvalidArgument.With(
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
                + "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, "
            + "STREAMING-UNSIGNED-PAYLOAD-TRAILER or a valid sha256 value.",
            ("ArgumentName", "x-amz-content-sha256")),
    };

    private static Checksum? ExpectedChecksum(HttpRequest request, bool chunked, out string? expected)
    {
        var sent = request.Headers.Where(header => Checksum.IsHeader(header.Key)).ToArray();
        var trailer = chunked ? request.Headers["x-amz-trailer"].ToString().Trim() : "";
        if (sent.Length + (trailer.Length > 0 ? 1 : 0) > 1)
        {
            throw S3Error.InvalidRequest.With("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
        }

        expected = sent.Length == 1 ? sent[0].Value.ToString() : null;
        return sent.Length == 1 ? Checksum.For(sent[0].Key) : trailer.Length > 0 ? Checksum.For(trailer) : null;
    }
}
