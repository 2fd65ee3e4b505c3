namespace S3Auth.DevelopmentStore.Tests;

internal sealed class AwsChunkedTests : StoreTests
{
    private const string Signed = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    private const string SignedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    private const string UnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    private const string Crc32 = "x-amz-checksum-crc32";

    private static readonly string[] Pieces = ["123", "4567", "89"]; // CRC-32 of "123456789" is y/Q5Jg==

    [TestCase(Signed, null, "200")]
    [TestCase(SignedTrailer, "y/Q5Jg==", "200")]
    [TestCase(SignedTrailer, "y/Q5Jw==", "400 BadDigest")]
    [TestCase(UnsignedTrailer, "y/Q5Jg==", "200")]
    [TestCase(UnsignedTrailer, "y/Q5Jw==", "400 BadDigest")]
    public async Task Chunks_are_decoded_and_their_trailer_is_checked(string kind, string? checksum, string expected)
    {
        var answer = await Chunked(kind, checksum).SendAsync();

        Assert.That(answer.Summary, Is.EqualTo(expected), answer.Text);
        if (expected is "200")
        {
            var stored = await GetAsync("key");
            Assert.That(stored.Text, Is.EqualTo("123456789"));
            Assert.That(stored.Headers["Content-Encoding"], Is.EqualTo("gzip"));
        }
        else
        {
            Assert.That(Store.Files(), Is.Empty);
        }
    }

    [TestCase(Signed, null, "4567", "4568")]
    [TestCase(Signed, null, "4;chunk-signature=", "4;chunk-signature=0")]
    [TestCase(Signed, null, "4;chunk-signature=", "4;x=")]
    [TestCase(Signed, null, "0;chunk-signature=", "0;chunk-signature=f")]
    [TestCase(SignedTrailer, "y/Q5Jg==", "89", "98")]
    [TestCase(SignedTrailer, "y/Q5Jg==", "y/Q5Jg==", "y/Q5Jw==")]
    [TestCase(SignedTrailer, "y/Q5Jg==", "x-amz-trailer-signature:", "x-amz-trailer-signature:0")]
    public async Task Changed_chunks_are_refused(string kind, string? checksum, string what, string by)
    {
        var request = Chunked(kind, checksum);
        request.Body = Bytes(Encoding.UTF8.GetString(request.Body).Replace(what, by, StringComparison.Ordinal));

        var isMalformed = what.StartsWith("4;", StringComparison.Ordinal) && by is "4;x=";
        Assert.That(
            (await request.SendAsync()).Summary, Is.EqualTo(isMalformed ? "400 InvalidRequest" : "403 SignatureDoesNotMatch"));
        Assert.That(Store.Files(), Is.Empty);
    }

    [TestCase("3\r\n123\r\n", "400 IncompleteBody")]
    [TestCase("3\r\n12", "400 IncompleteBody")]
    [TestCase("", "400 IncompleteBody")]
    [TestCase("3\r\n1234\r\n", "400 InvalidRequest")]
    [TestCase("3\r\n123\n\n0\r\n\r\n", "400 InvalidRequest")]
    [TestCase("a\r\n1234567890\r\n0\r\n\r\n", "400 IncompleteBody")]
    [TestCase("3\r\n123\r\n0\r\n\r\n", "400 IncompleteBody")]
    [TestCase("9\r\n123456789\r\n0\r\n\r\n", "400 MalformedTrailerError")]
    [TestCase("9\r\n123456789\r\n0\r\nx-amz-checksum-crc32\r\n\r\n", "400 MalformedTrailerError")]
    [TestCase("9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n", "400 MalformedTrailerError")]
    [TestCase("-1\r\n\r\n", "400 InvalidRequest")]
    [TestCase("0x9\r\n123456789\r\n", "400 InvalidRequest")]
    [TestCase("zz\r\n\r\n", "400 InvalidRequest")]
    [TestCase("ffffffffffffffffffff\r\n\r\n", "400 InvalidRequest")]
    [TestCase("7fffffffffff\r\n\r\n", "400 IncompleteBody")]
    public async Task Malformed_coding_is_refused(string body, string expected)
    {
        var request = Head(UnsignedTrailer, Crc32);
        request.Body = Bytes(body);

        Assert.That((await Signer.Authorize(request, UnsignedTrailer).SendAsync()).Summary, Is.EqualTo(expected));
        Assert.That(Store.Files(), Is.Empty);
    }

    [Test]
    public async Task Endless_line_is_refused_without_buffering_it()
    {
        var request = Head(UnsignedTrailer, Crc32);
        request.Body = Bytes(new string('1', 200_000));
        Assert.That((await Signer.Authorize(request, UnsignedTrailer).SendAsync()).Summary, Is.EqualTo("400 InvalidRequest"));
    }

    [TestCase(null, "411 MissingContentLength")]
    [TestCase("-1", "411 MissingContentLength")]
    [TestCase("nine", "411 MissingContentLength")]
    [TestCase("5368709121", "400 EntityTooLarge")]
    [TestCase("8", "400 IncompleteBody")]
    [TestCase("10", "400 IncompleteBody")]
    public async Task Decoded_length_must_match(string? length, string expected)
    {
        var request = Head(UnsignedTrailer, Crc32).Without("x-amz-decoded-content-length");
        if (length is not null)
        {
            request.With("x-amz-decoded-content-length", length);
        }

        request.Body = Bytes("9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n");
        Assert.That((await Signer.Authorize(request, UnsignedTrailer).SendAsync()).Summary, Is.EqualTo(expected));
    }

    private RawRequest Head(string kind, string? trailer)
    {
        var request = On("PUT", "key").With("x-amz-decoded-content-length", "9").With("Content-Encoding", "aws-chunked,gzip");
        return kind is not Signed && trailer is not null ? request.With("x-amz-trailer", trailer) : request;
    }

    private RawRequest Chunked(string kind, string? checksum)
    {
        var signer = Signer;
        var request = signer.Authorize(Head(kind, Crc32), kind);
        var signed = kind is not UnsignedTrailer;
        var previous = TestSigner.SignatureOf(request);
        var body = new StringBuilder();
        foreach (var piece in Pieces.Append(""))
        {
            body.Append(CultureInfo.InvariantCulture, $"{piece.Length:x}");
            if (signed)
            {
                previous = signer.Sign(
                    $"AWS4-HMAC-SHA256-PAYLOAD\n{signer.Timestamp}\n{signer.Scope}\n{previous}\n"
                    + $"{TestSigner.EmptyHash}\n{TestSigner.Hash(Bytes(piece))}");
                body.Append(";chunk-signature=").Append(previous);
            }

            body.Append("\r\n").Append(piece).Append(piece.Length == 0 ? "" : "\r\n");
        }

        if (checksum is not null)
        {
            body.Append(CultureInfo.InvariantCulture, $"{Crc32}:{checksum}\r\n");
            if (signed)
            {
                var signature = signer.Sign(
                    $"AWS4-HMAC-SHA256-TRAILER\n{signer.Timestamp}\n{signer.Scope}\n{previous}\n"
                    + TestSigner.Hash(Bytes($"{Crc32}:{checksum}\n")));
                body.Append("x-amz-trailer-signature:").Append(signature).Append("\r\n");
            }
        }

        request.Body = Bytes(body.Append("\r\n").ToString());
        return request;
    }
}
