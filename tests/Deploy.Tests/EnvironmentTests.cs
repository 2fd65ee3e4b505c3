using System.Text.Json;

namespace S3Auth.Deploy.Tests;

public sealed class EnvironmentTests
{
    [TestCase("development", "finney", 46, "1000-resilabs-caleb-dev-bittensor-sn46-datacollection")]
    [TestCase("testnet", "test", 428, "2000-resilabs-test-bittensor-sn428-datacollection")]
    [TestCase("production", "finney", 46, "4000-resilabs-prod-bittensor-sn46-datacollection")]
    public void Service_takes_the_file_for_its_subnet_and_bucket(string environment, string network, int netuid, string bucket)
    {
        var variables = Deployment.Variables(environment);

        // What comes from elsewhere.
        variables["REDIS_URL"] = "redis://redis:6379";
        var (options, withoutEffect) = KnownVariables.Read(variables);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(variables["BT_NETWORK"], Is.EqualTo(network));
            Assert.That(options.Netuid, Is.EqualTo(netuid));
            Assert.That(options.Chain?.Netuid, Is.EqualTo(netuid));
            Assert.That((options.Store?.Bucket, options.Store?.Region), Is.EqualTo((bucket, "us-east-2")));
            Assert.That(options.Store?.Endpoint, Is.Null, "AWS");
            Assert.That(options.LoopbackOnly, Is.False);
            Assert.That(options.Port, Is.EqualTo(8000));
            Assert.That(withoutEffect, Is.Empty);
        }
    }

    [TestCase("local")]
    [TestCase("local-testnet")]
    public void Local_one_signs_for_where_its_clients_reach_the_store(string environment)
    {
        var (options, withoutEffect) = KnownVariables.Read(Deployment.Variables(environment));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(options.Store?.PublicEndpoint, Is.EqualTo(new Uri("http://127.0.0.1:9000")));
            Assert.That(options.Limits.Redis, Is.Not.Null);
            Assert.That(options.LoopbackOnly, Is.False, "in its container; the published port is the proxy's and bound to loopback");
            Assert.That(withoutEffect, Is.Empty);
        }
    }

    [TestCaseSource(typeof(Deployment), nameof(Deployment.Environments))]
    public void Every_variable_is_one_that_the_service_knows(string environment) =>
        Assert.That(Deployment.Variables(environment).Keys, Is.SubsetOf(KnownVariables.All));

    [Test]
    public void There_are_no_other_files() =>
        Assert.That(
            Directory.GetFiles(Deployment.PathOf("env")).Select(Path.GetFileNameWithoutExtension),
            Is.EquivalentTo(Deployment.Environments));

    [TestCase("metagraph.json", "local")]
    [TestCase("metagraph-testnet.json", "local-testnet")]
    public void Local_subnet_has_the_development_accounts_and_nobody_else(string metagraph, string environment)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Deployment.PathOf("local", metagraph)));
        var neurons = file.RootElement.GetProperty("neurons").EnumerateArray().Select(neuron =>
            (
                neuron.GetProperty("hotkey").GetString(),
                neuron.GetProperty("coldkey").GetString(),
                neuron.GetProperty("validator_permit").GetBoolean(),
                neuron.GetProperty("alpha_stake").GetDecimal()));

        (string Name, bool Permit, decimal Stake)[] accounts =
            [("Alice", true, 30000), ("Bob", false, 0), ("Charlie", false, 0), ("Dave", false, 0), ("Eve", true, 0)];
        Assert.That(
            neurons,
            Is.EqualTo(accounts.Select(account =>
                (AddressOf("//" + account.Name), AddressOf($"//{account.Name}//cold"), account.Permit, account.Stake))));
        Assert.That(
            file.RootElement.GetProperty("netuid").GetInt32(),
            Is.EqualTo(KnownVariables.Read(Deployment.Variables(environment)).Options.Netuid));
    }

    private static string AddressOf(string uri)
    {
        using var keys = KeyPair.FromUri(uri);
        return keys.AccountId.ToString();
    }
}
