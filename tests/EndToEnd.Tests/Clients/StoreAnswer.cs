namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>An answer of the object store.</summary>
internal sealed record StoreAnswer(HttpStatusCode Status, string Text)
{
    private const int MaxAttempts = 4;

    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(0.5);

    public bool Accepted => (int)Status is >= 200 and < 300;

    /// <summary>True if the store refused the request: with a 4xx status, or with 501 for a method that it does not have.</summary>
    public bool Refused => (int)Status is (>= 400 and < 500) or 501;

    private bool IsBusy => Status is HttpStatusCode.InternalServerError or HttpStatusCode.ServiceUnavailable;

    /// <summary>Sends a request, and again if the store answers that it is busy (500 or 503), as S3 clients do.</summary>
    public static async Task<StoreAnswer> OfAsync(Func<HttpClient, Task<HttpResponseMessage>> send)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var message = await send(TestRun.Current.Http);
            var answer = new StoreAnswer(message.StatusCode, await message.Content.ReadAsStringAsync());
            if (!answer.IsBusy || attempt == MaxAttempts)
            {
                return answer;
            }

            await TestContext.Out.WriteLineAsync($"The store is busy, attempt {attempt}: {answer}");
            await Task.Delay(attempt * Wait);
        }
    }

    public override string ToString() => $"{(int)Status}: {Text}";
}
