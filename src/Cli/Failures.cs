using System.Net;

namespace S3Auth.Cli;

/// <summary>What went wrong, in a sentence and as an exit code.</summary>
internal static class Failures
{
    /// <summary>Whether it is one of those that are foreseen.</summary>
    internal static bool IsForeseen(Exception exception) => exception is UsageException or RefusedException or StoreException
        or UnexpectedAnswerException or HttpRequestException or UnacceptableFileException or ChangedFileException or ListingException or IOException or UnauthorizedAccessException;

    /// <summary>The sentence, safe for a terminal whoever chose its words. It names no URL of a grant: those open what they name.</summary>
    internal static string Describe(Exception exception) => Report.Safe(exception switch
    {
        RefusedException refused => refused.RequestId is { } id
            ? $"{refused.Message} ({refused.Code}, request {id})"
            : $"{refused.Message} ({refused.Code})",
        UnexpectedAnswerException answer => $"The server answered {answer.StatusCode}, not as an S3Auth server does: is this its address?",
        _ => exception.Message,
    });

    internal static ExitCode CodeOf(Exception exception) => exception switch
    {
        UsageException or UnacceptableFileException or ChangedContentException => ExitCode.Usage,
        RefusedException or ChangedFileException => ExitCode.Refused,
        StoreException store => (int)store.Status < 500 && store.Status != HttpStatusCode.TooManyRequests ? ExitCode.Refused : ExitCode.Unreachable,
        HttpRequestException or HttpIOException or StalledException or UnexpectedAnswerException or ListingException => ExitCode.Unreachable,
        IOException or UnauthorizedAccessException => ExitCode.Usage,
        _ => ExitCode.Unexpected,
    };

    /// <summary>Says what ends the run, to people and programs, and tells the exit code.</summary>
    internal static ExitCode Tell(Report report, Exception exception)
    {
        report.Fail(Describe(exception));
        report.Record(Record(exception));
        return CodeOf(exception);
    }

    private static ErrorRecord Record(Exception exception) => new(
        "error",
        exception is RefusedException refused ? refused.Code : CodeOf(exception) switch
        {
            ExitCode.Usage => "usage",
            ExitCode.Refused => "store_refused",
            ExitCode.Unreachable => "unreachable",
            _ => "unexpected",
        },
        exception.Message,
        (exception as RefusedException)?.RequestId);

    private sealed record ErrorRecord(string Type, string Code, string Detail, string? RequestId);
}
