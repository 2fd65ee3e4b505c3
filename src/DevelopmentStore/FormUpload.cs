using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace S3Auth.DevelopmentStore;

/// <summary>
/// A POST form that was read up to the first byte of its file. The fields are in memory (at most 20 KB), the file is an unread stream.
/// Fields after the file are ignored, as in S3.
/// </summary>
internal sealed class FormUpload
{
    private const int MaxFieldBytes = 20 * 1024;
    private const int MaxBoundaryLength = 70; // RFC 2046, section 5.1.1
    private const int BufferBytes = 64 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private FormUpload(FormFields fields, string fileName, Stream file, long maxFileBytes)
    {
        Fields = fields;
        FileName = fileName;
        File = file;
        MaxFileBytes = maxFileBytes;
    }

    public FormFields Fields { get; }

    /// <summary>The file name that the client sent, without folders; empty if it sent none.</summary>
    public string FileName { get; }

    /// <summary>The file's bytes. Reading throws MalformedPOSTRequest if the form ends within the file.</summary>
    public Stream File { get; }

    /// <summary>The maximum size of the file in bytes, according to Content-Length, if nothing follows the file.</summary>
    public long MaxFileBytes { get; }

    public static bool IsForm(HttpRequest request) =>
        request.ContentType is { } type && type.TrimStart().StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the form up to its file.</summary>
    /// <exception cref="S3Exception">The form is malformed, has fields that are too long or not UTF-8, or has no file.</exception>
    public static async Task<FormUpload> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        var boundary = Boundary(request);
        if (request.ContentLength is not { } contentLength)
        {
            throw S3Error.MissingContentLength.With();
        }

        var body = new FormBody(request.Body);
        var reader = new MultipartReader(boundary, body, BufferBytes);
        var fields = new FormFields();
        var room = MaxFieldBytes;
        while (await NextAsync(reader, cancellation) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
                || !disposition.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase)
                || disposition.Parameters.Any(parameter => parameter.Value.Length == 0)
                || disposition.Name.Value is not { Length: > 0 } name)
            {
                throw S3Error.MalformedPostRequest.With();
            }

            if (name.Equals(SigV4Names.Form.File, StringComparison.OrdinalIgnoreCase))
            {
                var after = "\r\n--".Length + boundary.Length + "--\r\n".Length;
                var start = section.BaseStreamOffset ?? 0;
                return new FormUpload(fields, BaseName(disposition), new FormFile(section.Body), contentLength - start - after);
            }

            room -= name.Length;
            var value = await ReadFieldAsync(section.Body, room, cancellation);
            room -= value.Length;
            fields.Add(name, Text(value));
        }

        throw S3Error.InvalidArgument.With(
            "POST requires exactly one file upload per request.",
            ("ArgumentName", "file"),
            ("ArgumentValue", "0"));
    }

    private static string Boundary(HttpRequest request)
    {
        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
        {
            var boundary = HeaderUtilities.RemoveQuotes(type.Boundary);
            if (boundary.Length is > 0 and <= MaxBoundaryLength)
            {
                return boundary.Value!;
            }
        }

        throw S3Error.MalformedPostRequest.With();
    }

    private static async Task<MultipartSection?> NextAsync(MultipartReader reader, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellation);
        }
        catch (Exception malformed) when (IsMalformed(malformed))
        {
            throw S3Error.MalformedPostRequest.With();
        }
    }

    private static async Task<byte[]> ReadFieldAsync(Stream body, int room, CancellationToken cancellation)
    {
        using var value = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            int read;
            try
            {
                read = await body.ReadAsync(buffer, cancellation);
            }
            catch (Exception malformed) when (IsMalformed(malformed))
            {
                throw S3Error.MalformedPostRequest.With();
            }

            if (read == 0)
            {
                return value.ToArray();
            }

            if (value.Length + read > room)
            {
                throw S3Error.MaxPostPreDataLengthExceeded.With();
            }

            value.Write(buffer, 0, read);
        }
    }

    private static string Text(byte[] value)
    {
        try
        {
            return StrictUtf8.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            throw S3Error.InvalidArgument.With("Form fields must be UTF-8.");
        }
    }

    /// <summary>Returns the text after the last slash or backslash, which is what S3 uses for <c>${filename}</c>.</summary>
    private static string BaseName(ContentDispositionHeaderValue disposition)
    {
        string name;
        try
        {
            name = disposition.FileNameStar.Value
                ?? disposition.FileName.Value?.Replace("\\\"", "\"", StringComparison.Ordinal)
                ?? "";
        }
        catch (NotSupportedException)
        {
            // UTF-7, which .NET refuses to decode.
            throw S3Error.MalformedPostRequest.With();
        }

        return name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
    }

    /// <summary>Whether the multipart reader threw because of a malformed form and not because of a broken connection.</summary>
    private static bool IsMalformed(Exception exception) =>
        exception is InvalidDataException || exception.GetType() == typeof(IOException);

    /// <summary>The request's body with the read position, so that the start of a section is known.</summary>
    private sealed class FormBody(Stream body) : ReadOnlyStream
    {
        private long _position;

        public override bool CanSeek => true;

        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await body.ReadAsync(buffer, cancellationToken);
            _position += read;
            return read;
        }
    }

    private sealed class FormFile(Stream section) : ReadOnlyStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await section.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception malformed) when (IsMalformed(malformed))
            {
                throw S3Error.MalformedPostRequest.With();
            }
        }
    }
}
