using Microsoft.Extensions.Time.Testing;
using S3Auth.Client;

namespace S3Auth.Cli.Tests.Output;

/// <summary>Replaces stderr, which is one for all tests.</summary>
[NonParallelizable]
public sealed class RetryMessagesTests
{
    [Test]
    public void Message_names_the_reason_the_retry_and_the_wait() => Assert.That(
        RetryMessages.Describe(new RetryNotice(2, 5, TimeSpan.FromSeconds(1), "the server is not reachable: connection refused")),
        Is.EqualTo("the server is not reachable: connection refused; retry 2 of 5 in 1.0 s, Ctrl-C to stop"));

    [Test]
    public void Same_failure_of_parallel_transfers_is_printed_once()
    {
        var (time, errors) = (new FakeTimeProvider(), new StringWriter());
        var console = Console.Error;
        Console.SetError(errors);
        try
        {
            var messages = new RetryMessages(new Report(json: true, quiet: false), time);
            for (var i = 0; i < 8; i++)
            {
                messages.Show(new RetryNotice(1, 5, TimeSpan.FromSeconds(1), "the store answered 503 SlowDown"));
            }

            messages.Show(new RetryNotice(2, 5, TimeSpan.FromSeconds(2), "the store answered 503 SlowDown"));
            messages.Show(new RetryNotice(1, 5, TimeSpan.FromSeconds(2), "another reason"));
            time.Advance(TimeSpan.FromSeconds(3));
            messages.Show(new RetryNotice(1, 5, TimeSpan.FromSeconds(1), "the store answered 503 SlowDown"));
        }
        finally
        {
            Console.SetError(console);
        }

        Assert.That(errors.ToString().Split('\n').Count(line => line.Length > 0), Is.EqualTo(4));
    }
}
