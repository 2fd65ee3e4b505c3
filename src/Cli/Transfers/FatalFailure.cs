using S3Auth.Client;

namespace S3Auth.Cli.Transfers;

/// <summary>Which failure of one file is one of all: going on would only repeat it.</summary>
internal static class FatalFailure
{
    internal static bool Is(Exception exception) => exception switch
    {
        RefusedException refused => refused.Code is not ("file_exists" or "invalid_request"),
        HttpRequestException or StalledException => true,
        _ => false,
    };
}
