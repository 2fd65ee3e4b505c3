using System.Xml;
using System.Xml.Linq;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// The multipart uploads of the configured bucket. Specification: "CreateMultipartUpload", "ListMultipartUploads", "ListParts",
/// "CompleteMultipartUpload" and "AbortMultipartUpload", Amazon S3 API Reference.
/// </summary>
internal sealed class S3MultipartStore(StoreClient client, StoreCalls calls, IStoreState store, StoreMetrics metrics) : IMultipartStore
{
    private const int PageSize = 1000;

    // A page of 1,000 parts or uploads has less than 1 MB.
    private const int MaxAnswerCharacters = 4 * 1024 * 1024;

    // The store joins the parts during the completion, which takes longer than other requests.
    private static readonly TimeSpan CompletionTimeout = TimeSpan.FromSeconds(60);

    private static readonly XmlReaderSettings Settings = new()
    {
        Async = true,
        DtdProcessing = DtdProcessing.Prohibit,
        MaxCharactersInDocument = MaxAnswerCharacters,
        XmlResolver = null,
    };

    /// <inheritdoc/>
    public Task<string> CreateAsync(ObjectName key, CancellationToken cancellationToken) => SendAsync(
        "create_upload",
        new Call("POST", key.Key, [new S3Parameter("uploads", "")]) { IsIdempotent = false },
        answer => ReadUploadId(Require(answer, "InitiateMultipartUploadResult")),
        _ => null,
        cancellationToken);

    /// <inheritdoc/>
    public async Task<string?> FindAsync(ObjectName key, CancellationToken cancellationToken)
    {
        // The answer is in the order of the keys, so uploads of this key come before those of longer keys.
        var uploads = await SendAsync(
            "list_uploads",
            new Call(
                "GET", Key: null, [Number("max-uploads", PageSize), new S3Parameter("prefix", key.Key), new S3Parameter("uploads", "")]),
            answer => Children(Require(answer, "ListMultipartUploadsResult"), "Upload")
                .Where(upload => Value(upload, "Key") == key.Key)
                .OrderBy(upload => Value(upload, "Initiated"), StringComparer.Ordinal)
                .Select(ReadUploadId)
                .ToList(),
            _ => null,
            cancellationToken);
        return uploads.LastOrDefault();
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoredPart>?> ListPartsAsync(ObjectName key, string uploadId, CancellationToken cancellationToken)
    {
        var parts = new List<StoredPart>();
        while (true)
        {
            var last = parts.Count > 0 ? parts[^1].PartNumber : 0;
            var page = await SendAsync(
                "list_parts",
                new Call(
                    "GET",
                    key.Key,
                    [Number("max-parts", PageSize), Number("part-number-marker", last), new S3Parameter("uploadId", uploadId)]),
                answer => new PartsPage(
                    Children(Require(answer, "ListPartsResult"), "Part").Select(ReadPart).ToList(),
                    IsTruncated: Value(answer, "IsTruncated") == "true"),
                code => IsNotFound(code) ? PartsPage.None : null,
                cancellationToken);
            if (page == PartsPage.None)
            {
                return null;
            }

            // Without a new part the server would request the same page for ever.
            if (page.Parts.Zip(page.Parts.Prepend(new StoredPart(last, "", 0))).Any(pair => pair.First.PartNumber <= pair.Second.PartNumber)
                || (page.IsTruncated && page.Parts.Count == 0))
            {
                throw RefusedException.StorageUnavailable();
            }

            parts.AddRange(page.Parts);
            if (!page.IsTruncated)
            {
                return parts;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<Completion> CompleteAsync(
        ObjectName key, string uploadId, IReadOnlyList<StoredPart> parts, bool isWriteOnce, CancellationToken cancellationToken)
    {
        var body = new XElement(
            "CompleteMultipartUpload",
            parts.Select(
                part => new XElement("Part", new XElement("PartNumber", part.PartNumber), new XElement("ETag", $"\"{part.Etag}\""))));
        var completion = await SendAsync(
            "complete_upload",
            new Call("POST", key.Key, [new S3Parameter("uploadId", uploadId)])
            {
                // Some stores refuse the header as not implemented.
                Headers = isWriteOnce && store.Current.Capabilities.AcceptsConditionalCompletion
                    ? [new S3Parameter("if-none-match", "*")]
                    : [],
                Body = body.ToString(SaveOptions.DisableFormatting),
                IsIdempotent = false,
                Timeout = CompletionTimeout,
            },
            ReadCompletion,
            OutcomeOf,
            cancellationToken);

        // Ceph (16.2) answers with an empty ETag.
        return completion is { Outcome: CompletionOutcome.Completed, ETag: "" }
            ? completion with { ETag = await FindETagAsync(key, cancellationToken) ?? throw RefusedException.StorageUnavailable() }
            : completion;
    }

    /// <inheritdoc/>
    public async Task<bool> AbortAsync(ObjectName key, string uploadId, CancellationToken cancellationToken)
    {
        const string NotFound = "not found";
        return await metrics.MeasureAsync("abort_upload", () => calls.RunAsync(
            token => client.SendAsync(
                new S3Request("DELETE", key.Key, [new S3Parameter("uploadId", uploadId)], []),
                body: null,
                isIdempotent: true,
                _ => Task.FromResult(""),
                code => IsNotFound(code) ? NotFound : null,
                token),
            CancellationToken.None,
            cancellationToken)) != NotFound;
    }

    private async Task<string?> FindETagAsync(ObjectName key, CancellationToken cancellationToken)
    {
        var page = await calls.RunAsync(
            token => client.GetPageAsync(new S3Listing(key.Key, MaxKeys: 1), token), CancellationToken.None, cancellationToken);
        return page.Files.FirstOrDefault(file => file.Key.Text == key.Key)?.ETag;
    }

    private Task<T> SendAsync<T>(
        string operation, Call call, Func<XElement, T> read, Func<string?, T?> expect, CancellationToken cancellationToken)
        where T : class =>
        metrics.MeasureAsync(operation, () => calls.RunAsync(
            token => client.SendAsync(
                new S3Request(call.Method, call.Key, call.Query, call.Headers),
                call.Body,
                call.IsIdempotent,
                async answer => read(await ReadAsync(answer, token)),
                expect,
                token),
            CancellationToken.None,
            cancellationToken,
            call.Timeout));

    private static async Task<XElement> ReadAsync(Stream answer, CancellationToken cancellationToken)
    {
        using var reader = XmlReader.Create(answer, Settings);
        return await XElement.LoadAsync(reader, LoadOptions.None, cancellationToken);
    }

    private static StoredPart ReadPart(XElement part) => new(
        (int)ReadNumber(part, "PartNumber", PartPlan.MaxParts),
        Value(part, "ETag").Trim('"'),
        ReadNumber(part, "Size", PartPlan.MaxPartBytes));

    private static long ReadNumber(XElement part, string name, long max) =>
        long.Parse(Value(part, name), NumberStyles.None, CultureInfo.InvariantCulture) is var number && number <= max
            ? number
            : throw new FormatException($"A part has the {name} {number}, but the maximum is {max}.");

    private static string ReadUploadId(XElement parent) =>
        Value(parent, "UploadId") is { Length: > 0 and <= IMultipartStore.MaxUploadIdLength } id
            ? id
            : throw new FormatException("The answer has no valid upload id.");

    // A store may find an error after it began a successful answer.
    private static Completion ReadCompletion(XElement answer) =>
        (answer.Name.LocalName == "Error" ? OutcomeOf(Value(answer, "Code")) : null)
        ?? new Completion(CompletionOutcome.Completed, Value(Require(answer, "CompleteMultipartUploadResult"), "ETag").Trim('"'));

    // An error in a successful answer, or the page of a proxy, is no answer of the store. Read as a list of parts, it would be empty, and
    // the server would abort the upload.
    private static XElement Require(XElement answer, string name) => answer.Name.LocalName == name
        ? answer
        : throw new FormatException($"The answer is {answer.Name.LocalName} with the code '{Value(answer, "Code")}', not {name}.");

    private static Completion? OutcomeOf(string? code) => code switch
    {
        _ when IsNotFound(code) => new Completion(CompletionOutcome.NotFound),
        "PreconditionFailed" => new Completion(CompletionOutcome.Exists),
        "InvalidPart" or "InvalidPartOrder" or "EntityTooSmall" => new Completion(CompletionOutcome.InvalidParts),
        _ => null,
    };

    // Ceph (16.2) answers NoSuchKey when it lists the parts of an upload that ended.
    private static bool IsNotFound(string? code) => code is "NoSuchUpload" or "NoSuchKey";

    private static S3Parameter Number(string name, int value) => new(name, value.ToString(CultureInfo.InvariantCulture));

    private static IEnumerable<XElement> Children(XElement parent, string name) =>
        parent.Elements().Where(element => element.Name.LocalName == name);

    private static string Value(XElement parent, string name) => Children(parent, name).FirstOrDefault()?.Value ?? "";

    /// <summary>A request, as <see cref="S3Request"/>, and how it is sent.</summary>
    private sealed record Call(string Method, string? Key, IReadOnlyList<S3Parameter> Query)
    {
        public IReadOnlyList<S3Parameter> Headers { get; init; } = [];

        public string? Body { get; init; }

        public bool IsIdempotent { get; init; } = true;

        public TimeSpan? Timeout { get; init; }
    }

    private sealed record PartsPage(IReadOnlyList<StoredPart> Parts, bool IsTruncated)
    {
        internal static PartsPage None { get; } = new([], IsTruncated: false);
    }
}
