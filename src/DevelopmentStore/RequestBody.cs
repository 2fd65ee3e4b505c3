namespace S3Auth.DevelopmentStore;

/// <summary>
/// The body of a signed request. Decodes <c>aws-chunked</c>, and verifies everything that the client declared: the length, the SHA-256 in
/// the signature, <c>Content-MD5</c>, and one <c>x-amz-checksum-…</c> in a header or trailer.
/// </summary>
internal static class RequestBody
{
    /// <summary>Receives the whole body into a pending object.</summary>
    /// <param name="request">The request.</param>
    /// <param name="signed">Its signature.</param>
    /// <param name="pending">Receives the content.</param>
    /// <param name="hasChecksum">Whether <c>x-amz-checksum-…</c> is verified. Otherwise it is ignored.</param>
    /// <returns>The verified checksum; null if the client declared none.</returns>
    /// <exception cref="S3Exception">The body does not match what the client declared.</exception>
    public static Task<ContentChecksum?> ReceiveAsync(HttpRequest request, SignedRequest signed, PendingObject pending, bool hasChecksum) =>
        ReceiveAsync(request, signed, pending.ReceiveAsync, pending.Md5, EmbeddedStore.MaxObjectBytes, hasChecksum);

    /// <summary>Reads the whole body into memory.</summary>
    /// <param name="request">The request.</param>
    /// <param name="signed">Its signature.</param>
    /// <param name="maximum">The maximum size in bytes.</param>
    /// <param name="hasChecksum">Whether <c>x-amz-checksum-…</c> is a checksum of the body.</param>
    /// <exception cref="S3Exception">The body is too large, or does not match what the client declared.</exception>
    public static async Task<byte[]> ReadAsync(HttpRequest request, SignedRequest signed, int maximum, bool hasChecksum)
    {
        using var content = new MemoryStream();
        await ReceiveAsync(request, signed, CopyAsync, () => ContentMd5.Of(content.ToArray()), maximum, hasChecksum);
        return content.ToArray();

        async Task CopyAsync(Stream body, long limit, Action<ReadOnlyMemory<byte>>? observe, CancellationToken cancellation)
        {
            var buffer = new byte[16 * 1024];
            while (await body.ReadAsync(buffer, cancellation) is > 0 and var read)
            {
                if (content.Length + read > limit)
                {
                    throw S3Error.MaxMessageLengthExceeded.With(null, ("MaxMessageLengthBytes", S3Xml.Number(limit)));
                }

                content.Write(buffer, 0, read);
                observe?.Invoke(buffer.AsMemory(0, read));
            }
        }
    }

    private static async Task<ContentChecksum?> ReceiveAsync(
        HttpRequest request, SignedRequest signed, Receiver receive, Func<byte[]> md5, long maximum, bool hasChecksum)
    {
        var chunked = AwsChunkedStream.IsUsedBy(signed.Payload);
        var length = DeclaredLength(request, chunked);
        var expectedMd5 = ExpectedMd5(request);
        var sha256 = ExpectedSha256(signed.Payload);
        using var checksum = hasChecksum ? ExpectedChecksum(request, chunked) : null;
        using var hash = sha256 is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        await using (var body = chunked ? new AwsChunkedStream(request.BodyReader, signed, length) : request.Body)
        {
            await receive(
                body,
                maximum,
                piece =>
                {
                    hash?.AppendData(piece.Span);
                    checksum?.Append(piece);
                },
                request.HttpContext.RequestAborted);

            if (body is AwsChunkedStream { Trailers: var trailers })
            {
                checksum?.ReadTrailer(trailers);
            }
        }

        if (hash is not null && !hash.GetCurrentHash().AsSpan().SequenceEqual(sha256))
        {
            throw S3Error.ContentSha256Mismatch.With();
        }

        return expectedMd5 is null || md5().AsSpan().SequenceEqual(expectedMd5) ? checksum?.Verify() : throw S3Error.BadDigest.With();
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

        var md5 = new byte[MD5.HashSizeInBytes];
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

    private static DeclaredChecksum? ExpectedChecksum(HttpRequest request, bool chunked) => DeclaredChecksum.Read(
        request.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value.ToString())),
        trailer: chunked ? request.Headers["x-amz-trailer"].ToString().Trim() : "");

    private delegate Task Receiver(
        Stream body, long maximum, Action<ReadOnlyMemory<byte>>? observe, CancellationToken cancellation);
}
