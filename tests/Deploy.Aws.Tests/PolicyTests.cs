using S3Auth.Deploy.Aws;

namespace S3Auth.Deploy.Aws.Tests;

/// <summary>Who may do what: every statement of every template, whatever has it.</summary>
public sealed class PolicyTests
{
    // What may be granted widely, with the reason. Anything else that is wide fails.
    private static readonly Dictionary<string, string> MayBeWide = new(StringComparer.Ordinal)
    {
        ["AWS::IAM::Policy Registry ecr:GetAuthorizationToken on *"] = "the token is the registry's: the action names no repository",
    };

    // For anyone, where the policy only bounds what goes through: whoever comes needs a policy of his own that allows it.
    private static readonly string[] OnlyBound = ["AWS::EC2::VPCEndpoint"];

    private static IEnumerable<string> Environments => Synthesised.Environments;

    [TestCaseSource(nameof(Environments))]
    public void Iam_user_signs_and_may_put_get_and_list_below_data_of_one_bucket(string environment)
    {
        var template = Synthesised.Default(environment);

        var (user, _) = template.Resources("AWS::IAM::User").Single();

        Assert.That(Grants(template, "Users", user), Is.EquivalentTo(OfStore(environment)));
    }

    [Test]
    public void Signer_and_way_to_the_store_reach_the_folders_of_another_layout_and_no_others()
    {
        var template = Synthesised.Configured;
        var (user, _) = template.Resources("AWS::IAM::User").Single();
        var expected = OfStore("production").Select(grant => grant.Replace("/data/*", "/sn46/*", StringComparison.Ordinal)).ToArray();

        var passing = Statement.In(template).Where(statement => statement.Kind == "AWS::EC2::VPCEndpoint").SelectMany(Pairs);

        Assert.That(Grants(template, "Users", user), Is.EquivalentTo(expected));
        Assert.That(passing.Where(pair => !pair.Contains("starport", StringComparison.Ordinal)), Is.EquivalentTo(expected));
    }

    [TestCaseSource(nameof(Environments))]
    public void Task_role_has_nothing_on_the_store_when_an_iam_user_signs(string environment)
    {
        var template = Synthesised.Default(environment);

        Assert.That(Grants(template, "Roles", TaskRole(template)), Is.EquivalentTo(OfMetrics(template)));
    }

    [TestCaseSource(nameof(Environments))]
    public void Task_role_signs_and_may_put_get_and_list_below_data_of_one_bucket(string environment)
    {
        var template = Synthesised.SignedByRole(environment);

        Assert.That(Grants(template, "Roles", TaskRole(template)), Is.EquivalentTo(OfStore(environment).Concat(OfMetrics(template))));
    }

    [TestCaseSource(nameof(Environments))]
    public void There_are_no_lasting_keys_when_the_role_signs(string environment)
    {
        var template = Synthesised.SignedByRole(environment);

        Assert.Multiple(() =>
        {
            Assert.That(template.Resources("AWS::IAM::User"), Is.Empty);
            Assert.That(template.Resources("AWS::IAM::AccessKey"), Is.Empty);
            Assert.That(template.Container("api")["Secrets"]!.ToJsonString(), Does.Not.Contain("AWS_"));
        });
    }

    [TestCaseSource(nameof(Environments))]
    public void Execution_role_pulls_one_repository_writes_one_log_and_reads_the_secrets_of_the_task(string environment)
    {
        var template = Synthesised.Default(environment);
        var role = Reference(template.Only("AWS::ECS::TaskDefinition")["ExecutionRoleArn"]!);
        var log = template.Container("api")["LogConfiguration"]!["Options"]!["awslogs-group"]!["Ref"]!.ToString();
        var secrets = template.Container("api")["Secrets"]!.AsArray()
            .Select(secret => secret!["ValueFrom"]!.ToJsonString())
            .Select(source =>
                template
                    .Resources("AWS::SecretsManager::Secret")
                    .Single(secret => source.Contains($"\"{secret.Id}\"", StringComparison.Ordinal)).Id)
            .Distinct(StringComparer.Ordinal);
        const string Repository = """{"Fn::Join":["",["arn:aws:ecr:us-east-2:",{"Ref":"AWS::AccountId"},":repository/s3auth"]]}""";

        Assert.That(Grants(template, "Roles", role), Is.EquivalentTo(new[]
        {
            "ecr:GetAuthorizationToken on *",
            $"ecr:BatchCheckLayerAvailability on {Repository}",
            $"ecr:BatchGetImage on {Repository}",
            $"ecr:GetDownloadUrlForLayer on {Repository}",
            $$"""logs:CreateLogStream on {"Fn::GetAtt":["{{log}}","Arn"]}""",
            $$"""logs:PutLogEvents on {"Fn::GetAtt":["{{log}}","Arn"]}""",
        }.Concat(secrets.Select(secret => $$"""secretsmanager:GetSecretValue on {"Ref":"{{secret}}"}"""))));
    }

    [Test]
    public void Nobody_else_has_a_policy()
    {
        foreach (var template in Synthesised.All)
        {
            var known = template.Resources("AWS::ECS::TaskDefinition")
                .SelectMany(task => new[] { Reference(task.Properties["TaskRoleArn"]!), Reference(task.Properties["ExecutionRoleArn"]!) })
                .Concat(template.Resources("AWS::IAM::User").Select(user => user.Id))
                .Concat(SessionRoles(template))
                .ToList();

            Assert.Multiple(() =>
            {
                Assert.That(template.Resources("AWS::IAM::Role").Select(role => role.Id), Is.SubsetOf(known));
                Assert.That(template.Resources("AWS::IAM::ManagedPolicy").Concat(template.Resources("AWS::IAM::Group")), Is.Empty);
                Assert.That(template.ToJsonString(), Does.Not.Contain("ManagedPolicyArns").And.Not.Contain("AWS::Lambda"));
                Assert.That(Statement.In(template).Select(statement => statement.Kind).Distinct(StringComparer.Ordinal), Is.SubsetOf(new[]
                {
                    "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::S3::BucketPolicy", "AWS::EC2::VPCEndpoint",
                }));
            });
        }
    }

    [Test]
    public void Nothing_wide_is_granted_but_what_is_named_here()
    {
        var wide = Synthesised.All.SelectMany(Statement.In)
            .Where(statement => statement.Allows)
            .SelectMany(statement =>
                statement.Actions.SelectMany(action =>
                    statement.Objects.DefaultIfEmpty("").Select(resource => (statement, action, resource))))
            .Where(grant => grant.action.Contains('*', StringComparison.Ordinal)
                || grant.resource == "*"
                || grant.resource.EndsWith(":*", StringComparison.Ordinal)
                || (grant.statement.IsForAnyone && !OnlyBound.Contains(grant.statement.Kind)))
            .Select(grant => $"{grant.statement.Kind} {grant.statement.Name} {grant.action} on {grant.resource}")
            .Distinct(StringComparer.Ordinal);

        Assert.That(wide, Is.EquivalentTo(MayBeWide.Keys));
    }

    [Test]
    public void No_statement_allows_all_but_what_it_names() =>
        Assert.That(Synthesised.All.SelectMany(Statement.In).Where(statement => statement.SaysAllBut), Is.Empty);

    [TestCaseSource(nameof(Environments))]
    public void Way_to_the_store_leads_to_the_bucket_and_to_images(string environment)
    {
        var passing = Statement.In(Synthesised.Default(environment)).Where(statement => statement.Kind == "AWS::EC2::VPCEndpoint");

        Assert.That(passing.SelectMany(Pairs), Is.EquivalentTo(
            OfStore(environment).Append("s3:GetObject on arn:aws:s3:::prod-us-east-2-starport-layer-bucket/*")));
    }

    [TestCaseSource(nameof(Environments))]
    public void Bucket_refuses_whatever_comes_without_tls_and_allows_nobody(string environment)
    {
        var statement = Statement.In(Synthesised.Default(environment)).Single(statement => statement.Kind == "AWS::S3::BucketPolicy");

        Assert.Multiple(() =>
        {
            Assert.That(statement.Allows, Is.False);
            Assert.That(statement.IsForAnyone, Is.True);
            Assert.That(statement.Actions, Is.EqualTo(new[] { "s3:*" }));
            Assert.That(statement.Objects, Has.Count.EqualTo(2));
            Assert.That(statement.Json["Condition"]!.ToJsonString(), Is.EqualTo("""{"Bool":{"aws:SecureTransport":"false"}}"""));
        });
    }

    [Test]
    public void Roles_are_taken_by_tasks_of_this_account_only()
    {
        var trusts = Synthesised.All.SelectMany(template => Statement.In(template)
            .Where(statement => statement.Kind == "AWS::IAM::Role" && !SessionRoles(template).Contains(statement.Owner))).ToList();

        Assert.That(trusts, Is.Not.Empty.And.All.Matches<Statement>(trust =>
            trust.Json["Principal"]!.ToJsonString() == """{"Service":"ecs-tasks.amazonaws.com"}"""
            && trust.Actions is ["sts:AssumeRole"]
            && trust.Json["Condition"]!["StringEquals"]!["aws:SourceAccount"]!.ToJsonString() == """{"Ref":"AWS::AccountId"}"""));
    }

    [Test]
    public void Only_the_signing_identity_assumes_the_role_of_sessions_so_that_a_session_cannot_widen_itself()
    {
        foreach (var (template, signer) in new[]
        {
            (Synthesised.Configured, Synthesised.Configured.Resources("AWS::IAM::User").Single().Id),
            (Synthesised.SessionsSignedByRole, TaskRole(Synthesised.SessionsSignedByRole)),
        })
        {
            var trust = Statement.In(template).Single(statement => statement.Owner == SessionRoles(template).Single()
                && statement.Kind == "AWS::IAM::Role");

            Assert.Multiple(() =>
            {
                Assert.That(trust.Json["Principal"]!.ToJsonString(), Is.EqualTo($$$"""{"AWS":{"Fn::GetAtt":["{{{signer}}}","Arn"]}}"""));
                Assert.That((trust.Allows, trust.Actions), Is.EqualTo((true, new[] { "sts:AssumeRole" })));
            });
        }
    }

    [Test]
    public void Sessions_may_at_most_put_get_and_list_below_data_of_one_bucket()
    {
        foreach (var (template, root) in new[] { (Synthesised.Configured, "sn46/"), (Synthesised.SessionsSignedByRole, "data/") })
        {
            var bucket = DeploymentEnvironment.All.Single(one => one.Name == "production").Bucket;

            Assert.That(Grants(template, "Roles", SessionRoles(template).Single()), Is.EquivalentTo(new[]
            {
                """{"Action":"s3:PutObject","Condition":{"StringEqualsIfExists":{"s3:x-amz-storage-class":"STANDARD"}},"""
                    + $$""" "Effect":"Allow","Resource":"arn:aws:s3:::{{bucket}}/{{root}}*","Sid":"Write"}""".TrimStart(),
                $"s3:GetObject on arn:aws:s3:::{bucket}/{root}*",
                $"s3:AbortMultipartUpload on arn:aws:s3:::{bucket}/{root}*",
                $"s3:ListMultipartUploadParts on arn:aws:s3:::{bucket}/{root}*",
                $"s3:ListBucket on arn:aws:s3:::{bucket}",
            }));
        }
    }

    [Test]
    public void Service_issues_sessions_only_if_the_setting_says_so()
    {
        Assert.That(Synthesised.Default("production").Container("api")["Environment"]!.ToJsonString(), Does.Not.Contain("SESSION_"));
        var variables = Synthesised.Configured.Container("api")["Environment"]!.ToJsonString();
        var role = SessionRoles(Synthesised.Configured).Single();

        Assert.That(variables, Does.Contain("""{"Name":"SESSION_CREDENTIALS","Value":"sts"}""").And.Contain(
            $$$"""{"Name":"STS_ROLE_ARN","Value":{"Fn::GetAtt":["{{{role}}}","Arn"]}}"""));
    }

    // AWS refuses longer sessions to a signing identity that is a role itself.
    [Test]
    public void Sessions_last_at_most_one_hour()
    {
        foreach (var template in new[] { Synthesised.Configured, Synthesised.SessionsSignedByRole })
        {
            var role = template.Resources("AWS::IAM::Role").Single(role => role.Id == SessionRoles(template).Single());

            Assert.That(role.Properties["MaxSessionDuration"]!.GetValue<int>(), Is.EqualTo(3600));
        }
    }

    // The roles that are no role of a task.
    private static string[] SessionRoles(JsonObject template)
    {
        var ofTasks = template.Resources("AWS::ECS::TaskDefinition")
            .SelectMany(task => new[] { Reference(task.Properties["TaskRoleArn"]!), Reference(task.Properties["ExecutionRoleArn"]!) })
            .ToList();
        return [.. template.Resources("AWS::IAM::Role").Select(role => role.Id).Where(id => !ofTasks.Contains(id)
            && id.StartsWith("ServiceSessionsRole", StringComparison.Ordinal))];
    }

    // Each action with each resource, of the policies that are attached to this identity.
    private static IEnumerable<string> Grants(JsonObject template, string kind, string identity) => Statement.In(template)
        .Where(statement => statement.Kind == "AWS::IAM::Policy"
            && template["Resources"]![statement.Owner]!["Properties"]![kind]?.AsArray().Any(one => Reference(one!) == identity) == true)
        .SelectMany(statement =>
            statement.Allows && !statement.Json.ContainsKey("Condition") ? Pairs(statement) : [statement.Json.ToJsonString()]);

    private static IEnumerable<string> Pairs(Statement statement) =>
        statement.Actions.SelectMany(action => statement.Objects.Select(resource => $"{action} on {resource}"));

    private static string[] OfStore(string environment)
    {
        var bucket = DeploymentEnvironment.All.Single(one => one.Name == environment).Bucket;
        return
        [
            $"s3:PutObject on arn:aws:s3:::{bucket}/data/*",
            $"s3:GetObject on arn:aws:s3:::{bucket}/data/*",
            $"s3:AbortMultipartUpload on arn:aws:s3:::{bucket}/data/*",
            $"s3:ListMultipartUploadParts on arn:aws:s3:::{bucket}/data/*",
            $"s3:ListBucket on arn:aws:s3:::{bucket}",
            $"s3:ListBucketMultipartUploads on arn:aws:s3:::{bucket}",
            $"s3:GetBucketVersioning on arn:aws:s3:::{bucket}",
            $"s3:GetLifecycleConfiguration on arn:aws:s3:::{bucket}",
        ];
    }

    private static IEnumerable<string> OfMetrics(JsonObject template)
    {
        var (log, _) = template
            .Resources("AWS::Logs::LogGroup")
            .Single(group => template.Container("collector")["Environment"]!.ToJsonString().Contains(group.Id, StringComparison.Ordinal));
        return new[] { "logs:CreateLogStream", "logs:PutLogEvents" }.Select(action =>
            $$"""{{action}} on {"Fn::GetAtt":["{{log}}","Arn"]}""");
    }

    private static string TaskRole(JsonObject template) => Reference(template.Only("AWS::ECS::TaskDefinition")["TaskRoleArn"]!);

    private static string Reference(JsonNode node) => node["Ref"]?.ToString() ?? node["Fn::GetAtt"]![0]!.ToString();
}
