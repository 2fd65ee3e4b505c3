using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Moq;
using S3Auth.Infrastructure.Chain;

namespace S3Auth.Api.Tests;

public sealed class ServiceOptionsReaderTests
{
    private static readonly Dictionary<string, string?> Production = new(StringComparer.Ordinal)
    {
        ["BT_NETWORK"] = "static",
        ["METAGRAPH_FILE"] = "/etc/s3auth/metagraph.json",
        ["S3_BUCKET"] = "my-bucket",
    };

    [Test]
    public void Development_needs_nothing()
    {
        var options = Read(Environments.Development, []);

        Assert.Multiple(() =>
        {
            Assert.That(options.Port, Is.EqualTo(8000));
            Assert.That(options.LoopbackOnly, Is.True, "everyone knows the development accounts' keys");
            Assert.That(options.Netuid, Is.EqualTo(46));
            Assert.That(options.MetagraphFile, Is.Null);
            Assert.That(options.Rules.MinValidatorStake, Is.EqualTo(AlphaAmount.FromAlpha(20_000)));
            Assert.That(options.Layout.Sources.Select(source => source.Name), Is.EqualTo(new[] { "x", "reddit" }));
            Assert.That(options.Store, Is.Null, "the embedded one");
            Assert.That(options.EmbeddedStorePort, Is.EqualTo(9000));
            Assert.That(options.EmbeddedStoreAs, Is.EqualTo(StoreBehaviour.Aws));
            Assert.That(options.LogLevel, Is.EqualTo(LogLevel.Information));
        });
    }

    [Test]
    public void Production_names_everything_that_is_missing_at_once() =>
        Assert.That(
            () => Read(Environments.Production, []),
            Throws.InstanceOf<ConfigurationException>().With.Message.Contains("BT_NETWORK").And.Message.Contains("S3_BUCKET"));

    [Test]
    public void Production_never_runs_on_the_development_accounts() =>
        Assert.That(
            () => Read(Environments.Production, new(Production) { ["METAGRAPH_FILE"] = null }),
            Throws.InstanceOf<ConfigurationException>().With.Message.Contains("METAGRAPH_FILE"));

    [Test]
    public void Staging_is_as_strict_as_production() =>
        Assert.That(
            () => Read(Environments.Staging, []),
            Throws.InstanceOf<ConfigurationException>().With.Message.Contains("S3_BUCKET"));

    [Test]
    public void Production_listens_to_the_network_and_signs_for_its_bucket()
    {
        var options = Read(Environments.Production, new(Production) { ["S3_ENDPOINT"] = "http://minio:9000", ["PORT"] = " 8080 " });

        Assert.Multiple(() =>
        {
            Assert.That(options.LoopbackOnly, Is.False);
            Assert.That(options.Port, Is.EqualTo(8080));
            Assert.That(options.Store!.Bucket, Is.EqualTo("my-bucket"));
            Assert.That(options.Store.Region, Is.EqualTo("us-east-2"));
            Assert.That(options.Store.Endpoint, Is.EqualTo(new Uri("http://minio:9000")));
        });
    }

    [TestCase("PORT", "0")]
    [TestCase("PORT", "65536")]
    [TestCase("PORT", "80a")]
    [TestCase("PORT", "-1")]
    [TestCase("PORT", "1e3")]
    [TestCase("NET_UID", "65536")]
    [TestCase("MIN_VALIDATOR_STAKE", "-1")]
    [TestCase("MIN_VALIDATOR_STAKE", "1,5")]
    [TestCase("MIN_VALIDATOR_STAKE", "99999999999")]
    [TestCase("MIN_VALIDATOR_STAKE", "NaN")]
    [TestCase("FOLDER_LAYOUT", "coldkeys")]
    [TestCase("FOLDER_LAYOUT", "weights/{uid}/")]
    [TestCase("READERS", "miners")]
    [TestCase("READERS", "everyone")]
    [TestCase("SOURCES", "x,,reddit")]
    [TestCase("SOURCES", "x,x")]
    [TestCase("SOURCES", "../etc")]
    [TestCase("SOURCES", ",")]
    [TestCase("S3_BUCKET", "My_Bucket")]
    [TestCase("S3_BUCKET", "ab")]
    [TestCase("S3_BUCKET", "a/b")]
    [TestCase("S3_REGION", "us east")]
    [TestCase("S3_ENDPOINT", "minio:9000/")]
    [TestCase("S3_ENDPOINT", "not a url")]
    [TestCase("S3_ENDPOINT", "http://key:secret@minio")]
    [TestCase("S3_PUBLIC_ENDPOINT", "ftp://minio")]
    [TestCase("PUBLIC_URL", "s3-auth.example.com")]
    [TestCase("PUBLIC_URL", "ftp://s3-auth.example.com")]
    [TestCase("PUBLIC_URL", "https://somebody:secret@s3-auth.example.com")]
    [TestCase("PUBLIC_URL", "https://s3-auth.example.com/?a=b")]
    [TestCase("PUBLIC_URL", "https://s3-auth.example.com/$(rm)")]
    [TestCase("PUBLIC_URL", "https://s3-auth.example.com/a'b")]
    [TestCase("PUBLIC_URL", "https://a..b")]
    [TestCase("AUDIENCES", "https://s3-auth.example.com")]
    [TestCase("AUDIENCES", "s3-auth.example.com,a b")]
    [TestCase("SEAL_KEY", "very-secret")]
    [TestCase("SEAL_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==")]
    [TestCase("UPLOAD_METHOD", "patch")]
    [TestCase("UPLOAD_METHOD", "PATCH")]
    [TestCase("S3_ADDRESSING", "host")]
    [TestCase("EMBEDDED_STORE_AS", "minio")]
    [TestCase("LISTING_CACHE_SECONDS", "61")]
    [TestCase("LISTING_CACHE_SECONDS", "-1")]
    [TestCase("LISTING_TIMEOUT", "0")]
    [TestCase("LISTING_TIMEOUT", "301")]
    [TestCase("BT_NETWORK", "mainnet")]
    [TestCase("BT_NETWORK", "finney,test")]
    [TestCase("BT_NETWORK", "https://node")]
    [TestCase("BT_NETWORK", "wss://key:secret@node")]
    [TestCase("BT_NETWORK", "wss://node/secret#fragment")]
    [TestCase("LOG_LEVEL", "loud")]
    [TestCase("LOG_LEVEL", "2")]
    public void Malformed_value_stops_the_start_and_is_named(string name, string value)
    {
        var configuration = new Dictionary<string, string?>(Production, StringComparer.Ordinal) { [name] = value };

        Assert.That(
            () => Read(Environments.Production, configuration),
            Throws.InstanceOf<ConfigurationException>().With.Message.Contains(name).And.Message.Not.Contains("secret"));
    }

    [TestCase(null, null, 1024, 5_368_709_120)]
    [TestCase("0", "1", 0, 1)]
    [TestCase("2000", "2000", 2000, 2000)]
    [TestCase("1KiB", "5GiB", 1024, 5_368_709_120)]
    [TestCase("100 kib", "20MiB", 102_400, 20_971_520)]
    public void File_sizes_are_bytes_or_have_a_unit(string? min, string? max, long minBytes, long maxBytes)
    {
        var options = Read(
            Environments.Production, new(Production, StringComparer.Ordinal) { ["MIN_FILE_BYTES"] = min, ["MAX_FILE_BYTES"] = max });

        Assert.That(options.FileSizes, Is.EqualTo(new FileSizeLimits(minBytes, maxBytes)));
    }

    [TestCase("MIN_FILE_BYTES", "-1")]
    [TestCase("MIN_FILE_BYTES", "1.5KiB")]
    [TestCase("MIN_FILE_BYTES", "KiB")]
    [TestCase("MIN_FILE_BYTES", "1 000")]
    [TestCase("MIN_FILE_BYTES", "1KB")]
    [TestCase("MAX_FILE_BYTES", "0")]
    [TestCase("MIN_FILE_BYTES", "5368709121")]
    [TestCase("MIN_FILE_BYTES", "6GiB")]
    [TestCase("MAX_FILE_BYTES", "5497558138881")]
    [TestCase("MAX_FILE_BYTES", "5121GiB")]
    [TestCase("MAX_FILE_BYTES", "9999999999GiB")]
    [TestCase("MAX_FILE_BYTES", "99999999999999999999")]
    public void File_size_that_is_no_size_or_beyond_the_limit_of_S3_is_the_only_problem(string name, string value)
    {
        var refused = Assert.Throws<ConfigurationException>(
            () => Read(Environments.Production, new(Production, StringComparer.Ordinal) { [name] = value }))!;

        Assert.That(
            refused.Message,
            Does.Contain($"{name} is '{value}'").And.Contain(name == "MIN_FILE_BYTES" ? "0 to 5368709120," : "1 to 5497558138880,"));
        Assert.That(refused.Message, Does.Not.Contain("more than MAX_FILE_BYTES"));
    }

    [TestCase("2MiB", "1MiB")]
    [TestCase(null, "1023")]
    public void Minimum_file_size_above_the_maximum_stops_the_start_and_names_both(string? min, string max) => Assert.That(
        () => Read(
            Environments.Production, new(Production, StringComparer.Ordinal) { ["MIN_FILE_BYTES"] = min, ["MAX_FILE_BYTES"] = max }),
        Throws.InstanceOf<ConfigurationException>().With.Message.Contains("MIN_FILE_BYTES").And.Message.Contains("MAX_FILE_BYTES"));

    [TestCase("static", "46", "my-bucket", "static:46:my-bucket")]
    [TestCase("test", "428", "my-bucket", "test:428:my-bucket")]
    [TestCase("finney", "46", "other-bucket", "finney:46:other-bucket")]
    [TestCase("wss://one.example,wss://two.example", "46", "my-bucket", "custom:46:my-bucket")]
    [TestCase("wss://two.example,wss://one.example", "46", "my-bucket", "custom:46:my-bucket")]
    public void Instances_count_together_if_network_netuid_and_bucket_are_the_same(
        string network, string netuid, string bucket, string scope)
    {
        var settings = new Dictionary<string, string?>(Production, StringComparer.Ordinal)
        {
            ["BT_NETWORK"] = network, ["NET_UID"] = netuid, ["S3_BUCKET"] = bucket,
        };

        Assert.That(Read(Environments.Production, settings).Limits.Scope, Is.EqualTo(scope));
    }

    [Test]
    public void Store_takes_forms_and_listings_are_cached_for_two_seconds_by_default()
    {
        var standard = Read(Environments.Production, Production).Store!.Usage;
        var told = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["UPLOAD_METHOD"] = "PUT", ["LISTING_CACHE_SECONDS"] = "0", ["LISTING_TIMEOUT"] = "300",
        };
        var otherwise = Read(
            Environments.Production,
            new Dictionary<string, string?>(Production.Concat(told), StringComparer.Ordinal)).Store!.Usage;
        var embedded = Read(Environments.Development, told);

        Assert.Multiple(() =>
        {
            Assert.That(
                (standard.UploadMethod, standard.ListingLifetime, standard.ListingTimeout),
                Is.EqualTo(((UploadMethod?)null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30))));
            Assert.That(
                (otherwise.UploadMethod, otherwise.ListingLifetime, otherwise.ListingTimeout),
                Is.EqualTo(((UploadMethod?)UploadMethod.Put, TimeSpan.Zero, TimeSpan.FromSeconds(300))));
            Assert.That(
                (embedded.Store, embedded.StoreUsage),
                Is.EqualTo((default(S3Auth.Infrastructure.Storage.StorageOptions), otherwise)),
                "the embedded store is used the same way");
        });
    }

    [Test]
    public void Network_name_selects_the_chain_with_the_default_intervals()
    {
        var options = Read(Environments.Production, Chain("finney"));

        Assert.Multiple(() =>
        {
            Assert.That(options.Chain!.Network.Name, Is.EqualTo("finney"));
            Assert.That(options.Chain.Netuid, Is.EqualTo(46));
            Assert.That(options.Chain.SyncInterval, Is.EqualTo(TimeSpan.FromSeconds(60)));
            Assert.That(options.Chain.MaxStaleness, Is.EqualTo(TimeSpan.FromSeconds(3600)));
            Assert.That(options.Chain.Head, Is.EqualTo(MetagraphHead.Finalized));
            Assert.That(options.Chain.NodesThatAgree, Is.EqualTo(1));
            Assert.That(options.Chain.DataFolder, Is.EqualTo(options.DataFolder));
            Assert.That(options.MetagraphFile, Is.Null);
        });
    }

    [Test]
    public void Nodes_select_the_chain_with_the_given_intervals()
    {
        var settings = Chain("wss://one/?apikey=private, ws://two:9944");
        (settings["NET_UID"], settings["METAGRAPH_SYNC_INTERVAL"], settings["METAGRAPH_MAX_STALENESS"]) = ("428", "30", "600");
        var options = Read(Environments.Production, settings);

        Assert.Multiple(() =>
        {
            Assert.That(
                options.Chain!.Network.Endpoints.Select(endpoint => endpoint.Origin),
                Is.EqualTo(new[] { "wss://one", "ws://two:9944" }));
            Assert.That(options.Chain.Netuid, Is.EqualTo(428));
            Assert.That(options.Chain.SyncInterval, Is.EqualTo(TimeSpan.FromSeconds(30)));
            Assert.That(options.Chain.MaxStaleness, Is.EqualTo(TimeSpan.FromSeconds(600)));
        });
    }

    [TestCase("METAGRAPH_SYNC_INTERVAL", "0")]
    [TestCase("METAGRAPH_SYNC_INTERVAL", "86401")]
    [TestCase("METAGRAPH_SYNC_INTERVAL", "1m")]
    [TestCase("METAGRAPH_MAX_STALENESS", "0")]
    [TestCase("METAGRAPH_MAX_STALENESS", "604801")]
    [TestCase("METAGRAPH_MAX_STALENESS", "-1")]
    public void Malformed_interval_stops_the_start_and_is_named(string name, string value)
    {
        var settings = Chain("finney");
        settings[name] = value;

        Assert.That(() => Read(Environments.Production, settings), Throws.InstanceOf<ConfigurationException>().With.Message.Contains(name));
    }

    [TestCase("finalized", null)]
    [TestCase("FINALIZED", null)]
    [TestCase("best-0", 0)]
    [TestCase("best-3", 3)]
    [TestCase("Best-200", 200)]
    public void Head_is_the_finalized_block_or_a_distance_to_the_best_one(string value, int? behind)
    {
        var settings = Chain("finney");
        settings["METAGRAPH_HEAD"] = value;

        Assert.That(Read(Environments.Production, settings).Chain!.Head, Is.EqualTo(new MetagraphHead(behind)));
    }

    [TestCase("best")]
    [TestCase("best-")]
    [TestCase("best--1")]
    [TestCase("best-+1")]
    [TestCase("best-201")]
    [TestCase("best- 3")]
    [TestCase("best-99999999999")]
    [TestCase("3")]
    [TestCase("finalised")]
    public void Malformed_head_stops_the_start_and_is_named(string value)
    {
        var settings = Chain("finney");
        settings["METAGRAPH_HEAD"] = value;

        Assert.That(
            () => Read(Environments.Production, settings),
            Throws.InstanceOf<ConfigurationException>().With.Message.Contains("METAGRAPH_HEAD").And.Message.Contains("best-10"));
    }

    [TestCase("finney", 1)]
    [TestCase("wss://one,wss://two,wss://three", 1)]
    [TestCase("wss://one,wss://two,wss://three", 2)]
    [TestCase("wss://one,wss://two,wss://three", 3)]
    public void Up_to_all_nodes_may_have_to_agree(string network, int nodes)
    {
        var settings = Chain(network);
        settings["NODES_THAT_AGREE"] = nodes.ToString(CultureInfo.InvariantCulture);

        Assert.That(Read(Environments.Production, settings).Chain!.NodesThatAgree, Is.EqualTo(nodes));
    }

    [TestCase("finney", "2", "only 1 node:")]
    [TestCase("wss://one,wss://two,wss://three", "4", "only 3 nodes:")]
    [TestCase("wss://one,wss://two,wss://three", "0", "NODES_THAT_AGREE")]
    [TestCase("wss://one,wss://two,wss://three", "-1", "NODES_THAT_AGREE")]
    [TestCase("wss://one,wss://two,wss://three", "two", "NODES_THAT_AGREE")]
    public void More_nodes_that_agree_than_there_are_or_fewer_than_one_stop_the_start(string network, string nodes, string part)
    {
        var settings = Chain(network);
        settings["NODES_THAT_AGREE"] = nodes;

        Assert.That(
            () => Read(Environments.Production, settings),
            Throws.InstanceOf<ConfigurationException>().With.Message.Contains("NODES_THAT_AGREE").And.Message.Contains(part));
    }

    [Test]
    public void Chain_may_open_any_bucket_in_development()
    {
        var settings = Chain("test");
        settings["METAGRAPH_FILE"] = null;

        Assert.That(() => Read(Environments.Development, settings), Throws.Nothing);
    }

    [Test]
    public void Endpoint_without_a_bucket_is_refused() =>
        Assert.That(
            () => Read(Environments.Development, new(StringComparer.Ordinal) { ["S3_ENDPOINT"] = "http://minio:9000" }),
            Throws.InstanceOf<ConfigurationException>().With.Message.Contains("S3_BUCKET"));

    [TestCase("S3_ENDPOINT")]
    [TestCase("S3_PUBLIC_ENDPOINT")]
    public void Endpoint_that_ends_with_the_bucket_is_refused_and_another_path_is_not(string name)
    {
        var settings = new Dictionary<string, string?>(Production, StringComparer.Ordinal) { [name] = "http://minio:9000/my-bucket/" };
        Assert.That(() => Read(Environments.Production, settings), Throws.InstanceOf<ConfigurationException>().With.Message.Contains(name));

        settings[name] = "https://store.example/storage/v1/s3";
        Assert.That(() => Read(Environments.Production, settings), Throws.Nothing);
    }

    [Test]
    public void Given_settings_are_listed_without_their_secrets()
    {
        var settings = new Dictionary<string, string?>(Production, StringComparer.Ordinal)
        {
            ["REDIS_URL"] = "redis://:very-private@cache",
            ["METRICS_TOKEN"] = "very-private-token",
        };

        Assert.That(Reader(Environments.Production, settings).Given, Is.EqualTo(new[]
        {
            "BT_NETWORK=(hidden)", "METAGRAPH_FILE=/etc/s3auth/metagraph.json", "S3_BUCKET=my-bucket", "REDIS_URL=(hidden)",
            "METRICS_TOKEN=(hidden)",
        }));
    }

    [TestCase(null, false)]
    [TestCase("https://store.example", false)]
    [TestCase("http://127.0.0.1:9000", true)]
    [TestCase("http://localhost:9000", true)]
    public void Development_accounts_open_no_bucket_beyond_this_machine(string? endpoint, bool good)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["S3_BUCKET"] = "my-bucket", ["S3_ENDPOINT"] = endpoint };

        Assert.Multiple(() =>
        {
            Assert.That(
                () => Read(Environments.Development, settings),
                good ? Throws.Nothing : Throws.InstanceOf<ConfigurationException>().With.Message.Contains("METAGRAPH_FILE"));
            settings["METAGRAPH_FILE"] = "/etc/s3auth/metagraph.json";
            Assert.That(() => Read(Environments.Development, settings), Throws.Nothing);
        });
    }

    [Test]
    public void Setting_without_effect_is_reported()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["REDIS_REQUIRED"] = "true" };
        Assert.That(Reader(Environments.Development, settings).WithoutEffect, Is.EqualTo(new[] { "REDIS_REQUIRED" }));

        settings["REDIS_URL"] = "redis://localhost";
        Assert.That(Reader(Environments.Development, settings).WithoutEffect, Is.Empty);
    }

    [Test]
    public void Limits_have_their_defaults_if_nothing_is_set()
    {
        var options = Read(Environments.Production, Production);

        Assert.Multiple(() =>
        {
            Assert.That(options.DailyLimits, Is.EqualTo(new DailyLimits(100, 100_000, 10_000, 100, 200_000)));
            Assert.That(options.RequestsPerMinute, Is.EqualTo(120));
            Assert.That(options.Window, Is.EqualTo(AccessWindow.Default));
            Assert.That((options.Limits.Redis, options.Limits.RedisIsRequired), Is.EqualTo((default(RedisAddress), false)));
            Assert.That(options.TrustedProxies, Is.Empty);
            Assert.That(options.CorsOrigins, Is.Empty);
            Assert.That(
                (options.MetricsToken, options.AuditFolder, options.DrainTime),
                Is.EqualTo((default(string), default(string), TimeSpan.FromSeconds(5))));
        });
    }

    [Test]
    public void Limits_are_read()
    {
        var options = Read(Environments.Production, new(Production, StringComparer.Ordinal)
        {
            ["DAILY_LIMIT_PER_MINER"] = "7",
            ["DAILY_FILES_PER_MINER"] = "6",
            ["DAILY_LIMIT_PER_VALIDATOR"] = "8",
            ["TOTAL_DAILY_LIMIT"] = "0",
            ["DAILY_SESSIONS_PER_HOTKEY"] = "9",
            ["RATE_LIMIT_PER_MINUTE"] = "9",
            ["REDIS_URL"] = "rediss://:secret@cache:6380/2",
            ["REDIS_REQUIRED"] = "True",
            ["TIMESTAMP_MAX_AGE"] = "30",
            ["TIMESTAMP_MAX_AHEAD"] = "0",
            ["TRUSTED_PROXIES"] = "10.0.0.0/8, 192.0.2.7,fd00::/8", ["CORS_ORIGINS"] = "https://a.example, http://localhost:3000",
            ["METRICS_TOKEN"] = "0123456789abcdef", ["DRAIN_SECONDS"] = "3", ["MAX_CONNECTIONS"] = "50", ["AUDIT_DIR"] = "/var/log/s3auth",
        });

        Assert.Multiple(() =>
        {
            Assert.That(options.DailyLimits, Is.EqualTo(new DailyLimits(7, 6, 8, 9, 0)));
            Assert.That(
                (options.RequestsPerMinute, options.MaxConnections, options.DrainTime),
                Is.EqualTo((9, 50, TimeSpan.FromSeconds(3))));
            Assert.That((options.Window.MaxAge, options.Window.MaxAhead), Is.EqualTo((TimeSpan.FromSeconds(30), TimeSpan.Zero)));
            Assert.That((options.Limits.Redis!.HostAndPort, options.Limits.RedisIsRequired), Is.EqualTo(("cache:6380", true)));
            Assert.That(
                options.TrustedProxies.Select(network => network.ToString()),
                Is.EqualTo(new[] { "10.0.0.0/8", "192.0.2.7/32", "fd00::/8" }));
            Assert.That(options.CorsOrigins, Is.EqualTo(new[] { "https://a.example", "http://localhost:3000" }));
            Assert.That((options.MetricsToken, options.AuditFolder), Is.EqualTo(("0123456789abcdef", "/var/log/s3auth")));
        });
    }

    [TestCase("DAILY_LIMIT_PER_MINER", "-1")]
    [TestCase("DAILY_FILES_PER_MINER", "-1")]
    [TestCase("DAILY_LIMIT_PER_VALIDATOR", "many")]
    [TestCase("TOTAL_DAILY_LIMIT", "1e9")]
    [TestCase("RATE_LIMIT_PER_MINUTE", "0")]
    [TestCase("TIMESTAMP_MAX_AGE", "0")]
    [TestCase("REDIS_REQUIRED", "maybe")]
    [TestCase("TRUSTED_PROXIES", "10.0.0.0/33")]
    [TestCase("TRUSTED_PROXIES", "proxy")]
    [TestCase("TRUSTED_PROXIES", "10")]
    [TestCase("CORS_ORIGINS", "example.org")]
    [TestCase("CORS_ORIGINS", "https://example.org/")]
    [TestCase("DRAIN_SECONDS", "21")]
    public void Malformed_limit_is_refused_and_named(string name, string value) => Assert.That(
        () => Read(Environments.Production, new(Production, StringComparer.Ordinal) { [name] = value }),
        Throws.InstanceOf<ConfigurationException>().With.Message.Contains(name));

    [TestCase("REDIS_URL", "http://user:very-private@cache")]
    [TestCase("SEAL_KEY", "very-private")]
    [TestCase("METRICS_TOKEN", "very-private")]
    [TestCase("METRICS_TOKEN", "very-private with a space")]
    [TestCase("PUBLIC_URL", "https://user:very-private@s3-auth.example.com")]
    public void Secret_that_cannot_be_used_is_not_repeated(string name, string value) => Assert.That(
        () => Read(Environments.Production, new(Production, StringComparer.Ordinal) { [name] = value }),
        Throws.InstanceOf<ConfigurationException>().With.Message.Contains(name).And.Message.Not.Contains("very-private"));

    [TestCase("REQUIRE_AUDIENCE", "PUBLIC_URL")]
    [TestCase("LISTING_REDIRECT", "PUBLIC_URL")]
    public void Setting_that_needs_an_address_of_this_server_is_refused_without_one(string name, string needed)
    {
        var settings = new Dictionary<string, string?>(Production, StringComparer.Ordinal) { [name] = "true" };

        Assert.That(
            () => Read(Environments.Production, settings),
            Throws.InstanceOf<ConfigurationException>().With.Message.Contains(name).And.Message.Contains(needed));

        settings[needed] = "https://s3-auth.example.com";
        Assert.That(() => Read(Environments.Production, settings), Throws.Nothing);
    }

    [Test]
    public void Audiences_are_the_host_of_the_public_url_and_what_is_listed()
    {
        var audiences = Read(Environments.Production, new(Production, StringComparer.Ordinal)
        {
            ["PUBLIC_URL"] = "https://S3-Auth.example.com/base", ["AUDIENCES"] = " backup.example.org:8443, s3-auth.example.com:443 ",
        }).Audiences;

        Assert.That(
            audiences.Own.Select(audience => audience.Text),
            Is.EqualTo(new[] { "s3-auth.example.com", "backup.example.org:8443" }));
        Assert.That((audiences.IsRequired, audiences.Public?.Text), Is.EqualTo((false, "s3-auth.example.com")));
        Assert.That(
            Read(
                Environments.Production,
                new(Production, StringComparer.Ordinal) { ["AUDIENCES"] = "backup.example.org" }).Audiences.Public,
            Is.Null);
        Assert.That(Read(Environments.Production, Production).Audiences, Is.SameAs(Audiences.Unknown));
    }

    [Test]
    public void Key_of_links_has_no_effect_without_links()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["SEAL_KEY"] = new string('a', 64) };

        Assert.That(Reader(Environments.Development, settings).WithoutEffect, Is.EqualTo(new[] { "SEAL_KEY" }));
    }

    [Test]
    public void Sessions_are_off_if_nothing_is_set()
    {
        var options = Read(Environments.Production, Production);

        Assert.That((options.Sessions.Mode, options.SessionRules.MaxDuration), Is.EqualTo((SessionMode.Off, TimeSpan.FromHours(1))));
    }

    [Test]
    public void Sessions_are_read()
    {
        var options = Read(Environments.Production, new(Production, StringComparer.Ordinal)
        {
            ["SESSION_CREDENTIALS"] = "STS",
            ["STS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/sessions",
            ["STS_ENDPOINT"] = "https://sts.example.com",
            ["SESSION_MAX_SECONDS"] = "43200",
        });

        Assert.Multiple(() =>
        {
            Assert.That(
                (options.Sessions.Mode, options.Sessions.RoleArn, options.Sessions.StsEndpoint),
                Is.EqualTo((SessionMode.Sts, "arn:aws:iam::123456789012:role/sessions", new Uri("https://sts.example.com"))));
            Assert.That(options.SessionRules.MaxDuration, Is.EqualTo(TimeSpan.FromHours(12)));
            Assert.That(options.Sessions.MaxDuration, Is.EqualTo(TimeSpan.FromHours(12)), "The check tests it.");
        });
    }

    [TestCase("SESSION_CREDENTIALS=sts", "STS_ROLE_ARN is missing")]
    [TestCase("SESSION_CREDENTIALS=r2", "S3_ENDPOINT is not an address of Cloudflare R2")]
    [TestCase("SESSION_CREDENTIALS=r2 S3_ENDPOINT=https://files.example.com", "S3_ENDPOINT is not an address of Cloudflare R2")]
    [TestCase("SESSION_CREDENTIALS=on", "SESSION_CREDENTIALS is 'on': it must be off, sts or r2")]
    [TestCase("SESSION_CREDENTIALS=sts STS_ROLE_ARN=role/sessions", "STS_ROLE_ARN is 'role/sessions': write it as arn:")]
    [TestCase("SESSION_MAX_SECONDS=899", "SESSION_MAX_SECONDS is '899': it must be a whole number from 900 to 43200")]
    [TestCase("SESSION_MAX_SECONDS=43201", "SESSION_MAX_SECONDS is '43201'")]
    public void Sessions_that_cannot_be_issued_are_refused_by_the_setting(string settings, string problem)
    {
        var all = new Dictionary<string, string?>(Production, StringComparer.Ordinal);
        foreach (var setting in settings.Split(' '))
        {
            all[setting.Split('=')[0]] = setting.Split('=')[1];
        }

        Assert.That(
            () => Read(Environments.Production, all), Throws.InstanceOf<ConfigurationException>().With.Message.Contains(problem));
    }

    [Test]
    public void Embedded_store_has_no_sessions() => Assert.That(
        () => Read(Environments.Development, new(StringComparer.Ordinal)
        {
            ["SESSION_CREDENTIALS"] = "sts", ["STS_ROLE_ARN"] = "arn:aws:iam:::role/sessions",
        }),
        Throws.InstanceOf<ConfigurationException>().With.Message.Contains("the embedded store has no temporary credentials"));

    [TestCase("off", "STS_ROLE_ARN", "arn:aws:iam:::role/sessions")]
    [TestCase("off", "STS_ENDPOINT", "http://sts")]
    [TestCase("off", "SESSION_MAX_SECONDS", "900")]
    [TestCase("off", "DAILY_SESSIONS_PER_HOTKEY", "5")]
    [TestCase("r2", "STS_ROLE_ARN", "arn:aws:iam:::role/sessions")]
    public void Setting_of_sessions_without_effect_is_reported(string mode, string name, string value)
    {
        var settings = new Dictionary<string, string?>(Production, StringComparer.Ordinal)
        {
            ["SESSION_CREDENTIALS"] = mode, [name] = value,
        };

        Assert.That(Reader(Environments.Production, settings).WithoutEffect, Is.EqualTo(new[] { name }));
    }

    [TestCase("rediss://:very-private@cache?ssl_certfile=/a", "ssl_certfile")]
    [TestCase("redis+sentinel://:very-private@cache", "redis+sentinel")]
    public void Malformed_redis_url_is_refused_and_its_wrong_part_named(string url, string part) => Assert.That(
        () => Read(Environments.Production, new(Production, StringComparer.Ordinal) { ["REDIS_URL"] = url }),
        Throws.InstanceOf<ConfigurationException>().With.Message.Contains(part).And.Message.Contains("REDIS_URL").And.Message.Not.Contains(
            "very-private"));

    [TestCase(null, null)]
    [TestCase("auto", null)]
    [TestCase("Path", S3Addressing.Path)]
    [TestCase("virtual", S3Addressing.Virtual)]
    public void Addressing_is_left_to_the_server_unless_it_is_set(string? word, S3Addressing? addressing)
    {
        var store = Read(Environments.Production, new(Production, StringComparer.Ordinal) { ["S3_ADDRESSING"] = word }).Store!;

        Assert.That(store.Addressing, Is.EqualTo(addressing));
    }

    [TestCase("S3_ENDPOINT", "http://127.0.0.1:9000")]
    [TestCase("S3_ENDPOINT", "http://[::1]:9000")]
    [TestCase("S3_PUBLIC_ENDPOINT", "https://192.0.2.7")]
    public void Virtual_addressing_needs_host_names(string name, string value)
    {
        Dictionary<string, string?> With(string addressing) => new(Production, StringComparer.Ordinal)
        {
            ["S3_ENDPOINT"] = "http://store.example", ["S3_ADDRESSING"] = addressing, [name] = value,
        };

        Assert.That(
            () => Read(Environments.Production, With("virtual")),
            Throws.InstanceOf<ConfigurationException>().With.Message.Contains($"{name} has an IP address"));
        Assert.That(() => Read(Environments.Production, With("path")), Throws.Nothing);
        Assert.That(() => Read(Environments.Production, With("auto")), Throws.Nothing);
    }

    [TestCase("auto", null)]
    [TestCase("Post", UploadMethod.Post)]
    [TestCase("PUT", UploadMethod.Put)]
    public void Upload_method_is_left_to_the_server_unless_it_is_set(string word, UploadMethod? method) => Assert.That(
        Read(Environments.Production, new(Production, StringComparer.Ordinal) { ["UPLOAD_METHOD"] = word }).Store!.Usage.UploadMethod,
        Is.EqualTo(method));

    [TestCase("aws")]
    [TestCase("r2")]
    [TestCase("ceph")]
    public void Embedded_store_behaves_like_the_store_that_is_set(string name)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["EMBEDDED_STORE_AS"] = name };

        Assert.That(Read(Environments.Development, settings).EmbeddedStoreAs.Name, Is.EqualTo(name));
        Assert.That(
            Reader(Environments.Development, settings).ReadStorage()!.Value.Storage.Region,
            Is.EqualTo(StoreBehaviour.All.Single(behaviour => behaviour.Name == name).Region),
            "The doctor uses it too.");
    }

    [TestCase("PORT", "0", true)]
    [TestCase("BT_NETWORK", "mainnet", true)]
    [TestCase("S3_REGION", "us east", false)]
    [TestCase("SOURCES", "../etc", false)]
    [TestCase("MAX_FILE_BYTES", "1023", false)]
    public void Store_can_be_checked_whatever_the_other_settings_are(string name, string value, bool canCheck)
    {
        var reader = Reader(Environments.Production, new(Production, StringComparer.Ordinal) { [name] = value });

        Assert.That(reader.ReadStorage() is not null, Is.EqualTo(canCheck));
    }

    // As operators of the Python server have them.
    [TestCase("UPLOAD_METHOD", "post")]
    [TestCase("UPLOAD_METHOD", "Put")]
    [TestCase("FOLDER_LAYOUT", "Hotkey")]
    [TestCase("READERS", "Validators, Miners")]
    [TestCase("READERS", "miners,validators")]
    [TestCase("LOG_LEVEL", "WARNING")]
    [TestCase("LOG_LEVEL", "fatal")]
    [TestCase("LOG_LEVEL", "NOTSET")]
    [TestCase("REDIS_REQUIRED", "True")]
    [TestCase("REDIS_REQUIRED", "on")]
    [TestCase("REDIS_REQUIRED", "0")]
    [TestCase("BT_NETWORK", "Static")]
    public void Word_is_accepted_in_any_case_and_with_its_synonyms(string name, string value) => Assert.That(
        () => Read(
            Environments.Production,
            new(Production, StringComparer.Ordinal) { ["METAGRAPH_FILE"] = "/etc/metagraph.json", [name] = value }),
        Throws.Nothing);

    [TestCase("static", "METAGRAPH_SYNC_INTERVAL")]
    [TestCase("static", "METAGRAPH_MAX_STALENESS")]
    [TestCase("static", "METAGRAPH_HEAD")]
    [TestCase("static", "NODES_THAT_AGREE")]
    [TestCase("finney", "METAGRAPH_FILE")]
    public void Setting_of_the_other_kind_of_metagraph_is_reported(string network, string name)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["BT_NETWORK"] = network, [name] = "10" };

        Assert.That(Reader(Environments.Development, settings).WithoutEffect, Is.EqualTo(new[] { name }));
    }

    [TestCase("hotkey", "hotkey")]
    [TestCase("coldkey", "coldkey")]
    [TestCase("", "coldkey")]
    public void Layout_is_chosen_by_its_name(string value, string name) =>
        Assert.That(
            Read(Environments.Development, new(StringComparer.Ordinal) { ["FOLDER_LAYOUT"] = value }).Layout.Name,
            Is.EqualTo(name));

    private static Dictionary<string, string?> Chain(string network) =>
        new(Production, StringComparer.Ordinal) { ["BT_NETWORK"] = network, ["METAGRAPH_FILE"] = null };

    private static ServiceOptions Read(string environment, Dictionary<string, string?> settings) => Reader(environment, settings).Read();

    private static ServiceOptionsReader Reader(string environment, Dictionary<string, string?> settings) => new(
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build(),
        Mock.Of<IHostEnvironment>(host => host.EnvironmentName == environment));
}
