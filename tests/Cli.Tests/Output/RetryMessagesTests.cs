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
    public void Long_wait_comes_with_a_hint_once()
    {
        var lines = Print(messages =>
        {
            messages.Show(new RetryNotice(1, 5, TimeSpan.FromSeconds(9), "a"));
            messages.Show(new RetryNotice(2, 5, TimeSpan.FromSeconds(60), "a"));
            messages.Show(new RetryNotice(3, 5, TimeSpan.FromSeconds(60), "a"));
        });

        Assert.That(lines, Has.Length.EqualTo(4));
        Assert.That(lines[2], Does.StartWith("hint: ").And.Contain("s3auth check"));
    }

    [Test]
    public void Same_failure_of_parallel_transfers_is_printed_once()
    {
        var time = new TestTime();
        var lines = Print(
            messages =>
            {
                for (var i = 0; i < 8; i++)
                {
                    messages.Show(new RetryNotice(1, 5, TimeSpan.FromSeconds(1), "the store answered 503 SlowDown"));
                }

                messages.Show(new RetryNotice(2, 5, TimeSpan.FromSeconds(2), "the store answered 503 SlowDown"));
                messages.Show(new RetryNotice(1, 5, TimeSpan.FromSeconds(2), "another reason"));
                time.Advance(TimeSpan.FromSeconds(3));
                messages.Show(new RetryNotice(1, 5, TimeSpan.FromSeconds(1), "the store answered 503 SlowDown"));
            },
            time);

        Assert.That(lines, Has.Length.EqualTo(4));
    }

    private static string[] Print(Action<RetryMessages> show, TimeProvider? time = null)
    {
        using var errors = new StringWriter();
        var console = Console.Error;
        Console.SetError(errors);
        try
        {
            show(new RetryMessages(new Report(json: true, quiet: false), time ?? new TestTime()));
        }
        finally
        {
            Console.SetError(console);
        }

        return errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
