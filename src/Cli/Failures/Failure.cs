using System.Net;

namespace S3Auth.Cli.Failures;

/// <summary>What a failure means: the message, the advice, the exit code, and whether the run can continue.</summary>
/// <param name="ExitCode">The exit code if nothing else succeeded.</param>
internal sealed record Failure(ExitCode ExitCode)
{
    private const string CheckAdvice = "Run `s3auth check` to find the cause.";

    // ENOSPC, EROFS, EDQUOT; ERROR_DISK_FULL.
    private static readonly int[] DiskErrors =
        OperatingSystem.IsWindows() ? [unchecked((int)0x80070070)] : OperatingSystem.IsMacOS() ? [28, 30, 69] : [28, 30, 122];

    /// <summary>
    /// One sentence, safe for a terminal. It contains no URL of a grant, because whoever has such a URL can use it.
    /// </summary>
    public string Message { get; private init; } = "";

    /// <summary>The message for programs: the server's <c>detail</c>, or the message of the exception.</summary>
    public string Detail { get; private init; } = "";

    /// <summary>What the user can do; null if the message says it.</summary>
    public string? Advice { get; private init; }

    /// <summary>The code for programs.</summary>
    public string Code { get; private init; } = "";

    /// <summary>The code of the refusal; null if the failure is not a refusal.</summary>
    public string? RefusalCode { get; private init; }

    /// <summary>The id of the request in the server's log; null if the failure is not a refusal.</summary>
    public string? RequestId { get; private init; }

    /// <summary>The phases of a run that the failure ends, because it would repeat for every other file or owner.</summary>
    public RunPhases Ends { get; private init; }

    /// <summary>Whether a later attempt can succeed. A watch continues after such a failure.</summary>
    public bool IsTransient { get; private init; }

    /// <summary>The step of <c>s3auth check</c> that explains the failure; null for the step that failed.</summary>
    public string? CheckStep { get; private init; }

    /// <summary>Whether the failure is an expected one. Any other is a defect of this program.</summary>
    public bool IsExpected => ExitCode != ExitCode.Unexpected;

    /// <summary>Classifies an exception. Nothing else in this program does.</summary>
    internal static Failure Of(Exception exception)
    {
        var failure = Classify(exception);
        return failure with
        {
            Message = Report.Safe(failure.Message.Length > 0 ? failure.Message : exception.Message),
            Detail = exception.Message,
            Code = failure.Code.Length > 0 ? failure.Code : CodeOf(failure.ExitCode),
        };
    }

    /// <summary>Whether the same request can succeed later.</summary>
    internal static bool IsTransientStatus(HttpStatusCode status) => (int)status is 408 or 429 or >= 500;

    private static Failure Classify(Exception exception) => exception switch
    {
        RefusedException refused => OfRefusal(refused),
        UsageException or UnacceptableFileException or ChangedContentException => new Failure(ExitCode.Usage),
        ChangedFileException => new Failure(ExitCode.Refused),
        StoreException store => new Failure(IsTransientStatus(store.Status) ? ExitCode.Unreachable : ExitCode.Refused),
        UnexpectedAnswerException answer => new Failure(ExitCode.Unreachable)
        {
            Message = $"The answer with status {answer.StatusCode} is not one of an S3Auth server.",
            Advice = "Check the address of --server, and whether a proxy answers instead of the server.",
            CheckStep = "server",
        },
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => OfConnection(
            exception, "If the server has no TLS, use http:// in --server. Otherwise run `s3auth check` to find the cause."),
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.ProxyTunnelError,
        } => OfConnection(exception, CheckAdvice),
        HttpRequestException or StalledException => OfConnection(exception, CheckAdvice) with { Ends = RunPhases.Upload },
        ListingException or UnusableSessionException or HttpIOException => new Failure(ExitCode.Unreachable),
        IOException io when DiskErrors.Contains(io.HResult) => new Failure(ExitCode.Usage) { Ends = RunPhases.Upload | RunPhases.Download },
        IOException or UnauthorizedAccessException => new Failure(ExitCode.Usage),
        _ => new Failure(ExitCode.Unexpected),
    };

    private static Failure OfRefusal(RefusedException refused)
    {
        var refusal = Refusals.Find(refused);
        var id = refused.RequestId is { } request ? $", request {request}" : "";
        return new Failure(ExitCode.Refused)
        {
            Message = $"{refusal.Message ?? refused.Message} ({refused.Code}{id})",
            Advice = refusal.Advice,
            Code = refused.Code,
            RefusalCode = refused.Code,
            RequestId = refused.RequestId,
            Ends = refusal.Ends,
            IsTransient = IsTransientStatus(refused.Status),
            CheckStep = refusal.CheckStep,
        };
    }

    private static Failure OfConnection(Exception exception, string advice) => new(ExitCode.Unreachable)
    {
        // The outer message of a TLS failure is only "see inner exception".
        Message = exception is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: { } inner }
            ? $"The TLS connection failed: {inner.Message}"
            : exception is StalledException ? exception.Message : $"The connection failed: {exception.Message}",
        Advice = advice,
        Ends = RunPhases.Upload | RunPhases.Listing | RunPhases.Download,
        IsTransient = true,
        CheckStep = "server",
    };

    private static string CodeOf(ExitCode exitCode) => exitCode switch
    {
        ExitCode.Usage => "usage",
        ExitCode.Refused => "store_refused",
        ExitCode.Unreachable => "unreachable",
        _ => "unexpected",
    };
}
