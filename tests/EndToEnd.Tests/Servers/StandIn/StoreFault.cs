namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>A way in which a store differs from the one behind a stand-in.</summary>
/// <param name="Name">A name for messages.</param>
/// <param name="Handle">
/// Answers a request: itself, or by asking the store with the given function. Null closes the connection without an answer.
/// </param>
internal sealed partial record StoreFault(string Name, Func<StandInRequest, Func<StandInRequest, Task<S3Answer?>>, Task<S3Answer?>> Handle)
{
    private static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(15);

    /// <summary>Closes each connection without an answer.</summary>
    public static StoreFault ClosesConnections { get; } = new("closes connections", (_, _) => Task.FromResult<S3Answer?>(null));

    /// <summary>Errors are HTML pages, as of a proxy in front of a store.</summary>
    public static StoreFault HtmlErrors { get; } = new("errors in HTML", async (request, ask) =>
        await ask(request) is var answer && answer is null or { Status: < HttpStatusCode.BadRequest } ? answer : new S3Answer(
            answer.Status,
            [KeyValuePair.Create("Content-Type", "text/html")],
            Encoding.UTF8.GetBytes($"<html><head><title>{(int)answer.Status}</title></head><body>{answer.Status}</body></html>")));

    /// <summary>
    /// Honours every <c>x-amz-</c> header, signed or not, and even one that the signature forbids by naming it: no presigned PUT is safe.
    /// </summary>
    public static StoreFault HonoursEveryHeader { get; } = Asking("honours every header", request =>
        request.Signature is { } signature && IsSignedWithoutItsHeaders(request, signature) ? request.Resign() : request);

    /// <summary>A header that is signed but missing counts as empty. Headers that are not signed are honoured. Hippius does so.</summary>
    public static StoreFault MissingHeadersAreEmpty { get; } = new("missing headers are empty", async (request, ask) =>
        request.Signature is not { } signature ? await ask(request)
        : signature.Matches(request.Sent, request.Store.Keys, MissingHeaders.Empty) ? await ask(request.Resign())
        : S3Answer.Error(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."));

    /// <summary>Refuses a request with an <c>x-amz-</c> header that is not signed, as AWS does.</summary>
    public static StoreFault RefusesUnsignedHeaders { get; } = new("refuses unsigned headers", async (request, ask) =>
        request.Signature is { } signature && request.Sent.Headers.Select(one => one.Key.ToLowerInvariant())
            .Except(signature.Names, StringComparer.Ordinal)
            .FirstOrDefault(name => name.StartsWith("x-amz-", StringComparison.Ordinal)) is { } name
            ? S3Answer.Error(
                403, "AccessDenied", "There were headers present in the request which were not signed", ("HeadersNotSigned", name))
            : await ask(request));

    /// <summary>Encrypts with a KMS key: ETags look like MD5s but are not, and answers name the key.</summary>
    public static StoreFault KmsETags { get; } = new("encrypts with a KMS key", async (request, ask) =>
    {
        var completes = request.Operation == StoreOperation.Multipart && request.Sent.Method == "POST";
        var asked = completes || request.Sent.Headers.Any(IsCondition)
            ? request.Change(sent => sent with
            {
                Headers = [.. sent.Headers.Select(one => IsCondition(one) ? KeyValuePair.Create(one.Key, ReplaceETags(one.Value)) : one)],
                Body = sent.Body is null ? null : Encoding.UTF8.GetBytes(ReplaceETags(Encoding.UTF8.GetString(sent.Body))),
            })
            : request;
        if (await ask(asked) is not { } answer)
        {
            return null;
        }

        var isXml = request.Operation != StoreOperation.Get
            && answer.Header("Content-Type")?.Contains("xml", StringComparison.Ordinal) is true;
        var changed = isXml ? answer with { Body = Encoding.UTF8.GetBytes(ReplaceETags(answer.Text)) } : answer;
        changed = answer.Header("ETag") is { } tag ? changed.With("ETag", ReplaceETags(tag)) : changed;
        return answer.Accepted
            && request.Operation is StoreOperation.Put or StoreOperation.Get or StoreOperation.Form or StoreOperation.Copy
            ? changed.With("x-amz-server-side-encryption", "aws:kms").With(
                "x-amz-server-side-encryption-aws-kms-key-id", "arn:aws:kms:us-east-2:123456789012:key/stand-in")
            : changed;
    });

    /// <summary>Lets everyone read, list, write and delete without a signature. (Forms still need one.)</summary>
    public static StoreFault PublicBucket { get; } = Asking("lets everyone in", request =>
        request.Signature is null && request.Operation != StoreOperation.Form && request.Key is not null ? request.Resign() : request);

    /// <summary>Refuses a PUT that does not state its length: 411.</summary>
    public static StoreFault RequiresLength { get; } = new("requires a length", async (request, ask) =>
        request.Sent is { Method: "PUT", IsChunked: true }
            ? S3Answer.Error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
            : await ask(request));

    /// <summary>
    /// Accepts a PUT without a length, and a chunked PUT with a false length, of any size: it does not enforce the signed size of a
    /// presigned PUT. Swift does so.
    /// </summary>
    public static StoreFault TakesPutsWithoutLength { get; } = Asking("takes PUTs without a length", request =>
        request.Sent is { Method: "PUT", IsChunked: true } && request.Signature is { } signature && signature.Matches(
            request.Sent,
            request.Store.Keys,
            name => name == "content-length" ? request.StatedLength : request.Sent.Header(name))
            ? (request with { Sent = request.Sent with { IsChunked = false } }).Resign()
            : request);

    /// <summary>Refuses <c>If-None-Match</c> on a PUT with 501.</summary>
    public static StoreFault RefusesIfNoneMatch { get; } = new("refuses If-None-Match", async (request, ask) =>
        request.Sent.Method == "PUT" && request.Sent.Header("If-None-Match") is not null
            ? S3Answer.Error(
                501,
                "NotImplemented",
                "A header you provided implies functionality that is not implemented.",
                ("Header", "If-None-Match"))
            : await ask(request));

    /// <summary>Honours <c>If-None-Match: *</c> on a PUT: 412 if the object exists. Not atomic.</summary>
    public static StoreFault HonoursIfNoneMatch { get; } = new("honours If-None-Match", async (request, ask) =>
    {
        if (request.Sent.Method != "PUT" || request.Sent.Header("If-None-Match") is null)
        {
            return await ask(request);
        }

        var exists = (request with { Sent = new S3Request("HEAD", request.Sent.Host, request.Sent.Path) }).Resign();
        return await ask(exists) is { Accepted: true }
            ? S3Answer.Error(
                412,
                "PreconditionFailed",
                "At least one of the pre-conditions you specified did not hold",
                ("Condition", "If-None-Match"))
            : await ask(request.Change(sent => sent.Without("If-None-Match")));
    });

    /// <summary>Ignores <c>If-None-Match</c> on a PUT, and overwrites.</summary>
    public static StoreFault IgnoresIfNoneMatch { get; } = Asking("ignores If-None-Match", request =>
        request.Sent.Method == "PUT" && request.Sent.Header("If-None-Match") is not null
            ? request.Change(sent => sent.Without("If-None-Match"))
            : request);

    /// <summary>Has no multipart uploads: 501.</summary>
    public static StoreFault NoMultipart { get; } = Refuses(StoreOperation.Multipart, 501, "NotImplemented");

    /// <summary>Takes each connection and request, and never answers.</summary>
    public static StoreFault NeverAnswers { get; } = new("never answers", async (request, _) =>
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, request.Left);
        return null;
    });

    /// <summary>Refuses requests that are signed for any other region than this one.</summary>
    /// <param name="region">The right region.</param>
    public static StoreFault Region(string region) => new($"has the region {region}", async (request, ask) =>
    {
        var form = request.FormField("x-amz-credential")?.Split('/') is [_, _, var named, ..] ? named : null;
        if ((request.Signature?.Region ?? form) is { } wrong && wrong != region)
        {
            return request.Signature is { Expires: null }
                ? S3Answer.Error(
                    400,
                    "AuthorizationHeaderMalformed",
                    $"The authorization header is malformed; the region '{wrong}' is wrong; expecting '{region}'",
                    ("Region", region))
                : S3Answer.Error(
                    400,
                    "AuthorizationQueryParametersError",
                    $"Error parsing the X-Amz-Credential parameter; the region '{wrong}' is wrong; expecting '{region}'",
                    ("Region", region));
        }

        // The store behind it need not have this region.
        return await ask(region == request.Store.Region ? request : request.Change(sent => sent));
    });

    /// <summary>Does not take upload forms.</summary>
    /// <param name="status">501 as Cloudflare R2 answers, 405, or 412 without an S3 error as Swift answers.</param>
    public static StoreFault NoForms(int status = 501) => new("takes no forms", async (request, ask) =>
        request.Operation != StoreOperation.Form ? await ask(request)
        : status switch
        {
            412 => new S3Answer(
                HttpStatusCode.PreconditionFailed, [KeyValuePair.Create("Content-Type", "text/html")], "Bad URL"u8.ToArray()),
            405 => S3Answer.Error(405, "MethodNotAllowed", "The specified method is not allowed against this resource."),
            _ => S3Answer.Error(status, "NotImplemented", "This operation is not implemented."),
        });

    /// <summary>Waits before each answer.</summary>
    public static StoreFault Slow(TimeSpan delay) => new($"takes {delay.TotalMilliseconds} ms", async (request, ask) =>
    {
        await Task.Delay(delay, request.Left);
        return await ask(request);
    });

    /// <summary>Has a clock that is ahead by this (behind if negative). Checks expiries by it, and sends it in <c>Date</c>.</summary>
    public static StoreFault Clock(TimeSpan ahead) => new($"has a clock that is {ahead} ahead", async (request, ask) =>
    {
        var now = DateTimeOffset.UtcNow + ahead;
        var answer = JudgeTime(request, now) ?? await ask(request);
        return answer?.With("Date", now.ToString("R", CultureInfo.InvariantCulture));
    });

    /// <summary>Denies these operations to its owner: 403 AccessDenied.</summary>
    public static StoreFault Denies(params StoreOperation[] operations) => new(
        $"denies {string.Join(", ", operations)}",
        async (request, ask) => operations.Contains(request.Operation)
            ? S3Answer.Error(403, "AccessDenied", "Access Denied")
            : await ask(request));

    /// <summary>Refuses an operation with this error.</summary>
    public static StoreFault Refuses(StoreOperation operation, int status, string code) => new(
        $"refuses {operation} with {status}",
        async (request, ask) => request.Operation == operation
            ? S3Answer.Error(status, code, $"{operation} is refused.")
            : await ask(request));

    private static StoreFault Asking(string name, Func<StandInRequest, StandInRequest> change) =>
        new(name, (request, ask) => ask(change(request)));

    private static bool IsCondition(KeyValuePair<string, string> header) =>
        header.Key.Equals("If-Match", StringComparison.OrdinalIgnoreCase);

    // Whether the signature matches the request without its x-amz- headers, for both readings of missing headers.
    private static bool IsSignedWithoutItsHeaders(StandInRequest request, S3Signature signature)
    {
        var (sent, keys) = (request.Sent, request.Store.Keys);
        return signature.Matches(sent, keys, MissingHeaders.LeftOut)
            || signature.Matches(sent, keys, name => name.StartsWith("x-amz-", StringComparison.Ordinal) ? null : sent.Header(name))
            || signature.Matches(sent, keys, name => name.StartsWith("x-amz-", StringComparison.Ordinal) ? "" : sent.Header(name));
    }

    private static S3Answer? JudgeTime(StandInRequest request, DateTimeOffset now) => request.Signature switch
    {
        { Expires: null } signature when (now - signature.At).Duration() > MaxClockSkew => S3Answer.Error(
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            ("RequestTime", signature.Moment),
            ("ServerTime", Iso(now)),
            ("MaxAllowedSkewMilliseconds", "900000")),
        { Expires: { } } signature when signature.At - now > MaxClockSkew => S3Answer.Error(
            403, "AccessDenied", "Request is not yet valid", ("ServerTime", Iso(now))),
        { Expires: { } seconds } signature when now > signature.At.AddSeconds(seconds) => S3Answer.Error(
            403, "AccessDenied", "Request has expired", ("Expires", Iso(signature.At.AddSeconds(seconds))), ("ServerTime", Iso(now))),
        null when request.FormField("policy") is { } policy && now > ExpirationOf(policy) => S3Answer.Error(
            403, "AccessDenied", "Invalid according to Policy: Policy expired."),
        _ => null,
    };

    private static DateTimeOffset ExpirationOf(string policy) =>
        DateTimeOffset.Parse((string)JsonNode.Parse(Convert.FromBase64String(policy))!["expiration"]!, CultureInfo.InvariantCulture);

    private static string Iso(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    // Applied twice, it returns the original, so a client can send back an ETag that it received.
    private static string ReplaceETags(string text) =>
        ETag().Replace(text, tag => Convert.ToHexStringLower([.. Convert.FromHexString(tag.Value).Select(one => (byte)~one)]));

    // Not the ETag of a multipart upload: its suffix shows that it is not an MD5.
    [GeneratedRegex("(?<=^|\"|&quot;|&#34;|>)[0-9a-f]{32}(?=$|\"|&quot;|&#34;|<)", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex ETag();
}
