# What the function may do: write its log and traces, leave a dead letter, and what each option needs.

locals {
  statements = concat(
    [
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.dispatcher.arn}:*"
      },
      {
        Sid      = "LeaveDeadLetter"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = aws_sqs_queue.dead_letters.arn
      },
      {
        # X-Ray knows no resources.
        Sid      = "Trace"
        Effect   = "Allow"
        Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
        Resource = "*"
      },
    ],
    [for secret in var.signing_keys_secret[*] : {
      Sid      = "ReadSigningKeys"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = secret.arn
    }],
    [for key in compact([one(var.signing_keys_secret[*].kms_key_arn)]) : {
      Sid      = "DecryptSigningKeys"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = key
    }],
    # The queue's messages, and the function's environment.
    [for key in var.kms_key_arn[*] : {
      Sid      = "UseKey"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = key
    }],
    # Lambda makes its network interfaces by this role; AWS offers no narrower resource.
    [for vpc in var.vpc[*] : {
      Sid    = "JoinVpc"
      Effect = "Allow"
      Action = [
        "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
      ]
      Resource = "*"
    }],
  )
}

resource "aws_iam_role" "dispatcher" {
  name = "${var.name}-dispatcher"
  tags = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "dispatcher" {
  name   = "dispatcher"
  role   = aws_iam_role.dispatcher.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements })
}
