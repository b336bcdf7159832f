import { Button, Center, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "@/shared/api/client";
import { Failure } from "@/shared/format/failure";

export function LoginPage({ way }: { way: string }) {
  const [name, setName] = useState("");
  const [secret, setSecret] = useState("");
  const client = useQueryClient();
  const login = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/login", { body: { name, secret } })),
    onSuccess: () => client.invalidateQueries(),
    onError: () => {},
  });
  const asked = way === "token" ? "Token" : "Password";
  return (
    <Center h="100vh" component="main">
      <Paper
        withBorder
        p="xl"
        w={380}
        component="form"
        onSubmit={(event) => {
          event.preventDefault();
          login.mutate();
        }}
      >
        <Stack>
          <Title order={1} size="h2">
            Hornbook
          </Title>
          {way === "token" && (
            <Text size="sm">
              Open the link that <code>hornbook serve</code> printed, or paste its token.
            </Text>
          )}
          {way === "users" && (
            <TextInput
              label="Name"
              value={name}
              autoComplete="username"
              onChange={(event) => setName(event.currentTarget.value)}
            />
          )}
          <PasswordInput
            label={asked}
            value={secret}
            autoComplete="current-password"
            onChange={(event) => setSecret(event.currentTarget.value)}
          />
          {login.isError && <Failure error={login.error} />}
          <Button type="submit" loading={login.isPending}>
            Log in
          </Button>
        </Stack>
      </Paper>
    </Center>
  );
}
